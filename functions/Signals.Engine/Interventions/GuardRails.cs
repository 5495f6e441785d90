using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>Decides whether a fired intervention goes to a target (see docs/interventions.md).</summary>
internal static class GuardRails
{
    private static readonly TimeSpan OnceWithin = TimeSpan.FromDays(365);

    /// <summary>Whether the intervention may be sent at all now.</summary>
    public static bool IsActive(InterventionGuards guards, EventTime now)
    {
        var at = now.ToDateTimeOffset();
        return !(at < guards.ActiveFrom) && !(at >= guards.ActiveTo);
    }

    /// <summary>
    /// Delivered, held out, or (null) suppressed by cool-down, frequency cap or once-per-target. What is delivered is
    /// remembered in the target's profile, in the same write as the state that fired it.
    /// </summary>
    public static InterventionDecision? Decide(
        InterventionDefinition definition, ProfileKey target, ProfileState profile, InterventionOptions options, EventTime now)
    {
        var guards = definition.Guards;
        if (IsHeldOut(definition.Name, target.Identifier, guards.HoldoutPercentage))
            return InterventionDecision.HeldOut;
        var second = now.UnixMilliseconds / 1000;
        var once = $"{definition.Name}/{definition.Version}";
        if (guards.Cooldown is { } cooldown && profile.Sent.CountSince(definition.Name, Start(second, cooldown)) > 0)
            return null;
        if (guards.FrequencyCap is { } cap && profile.Sent.CountSince(definition.Name, Start(second, cap.Period)) >= cap.Max)
            return null;
        if (options.SendOncePerTarget && profile.Sent.CountSince(once, Start(second, OnceWithin)) > 0)
            return null;

        var remember = Longest(guards.Cooldown, guards.FrequencyCap?.Period);
        if (remember > TimeSpan.Zero)
            profile.RecordSent(definition.Name, second, Start(second, remember));
        if (options.SendOncePerTarget)
            profile.RecordSent(once, second, Start(second, OnceWithin));
        return InterventionDecision.Deliver;
    }

    /// <summary>The same for the same intervention and target always: a hash of both as a fraction of its range.</summary>
    public static bool IsHeldOut(string intervention, string identifier, double percentage)
    {
        if (percentage <= 0)
            return false;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{intervention}\n{identifier.ToLowerInvariant()}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / 4_294_967_296d * 100 < percentage;
    }

    private static long Start(long second, TimeSpan period) => second - (long)period.TotalSeconds;

    private static TimeSpan Longest(TimeSpan? a, TimeSpan? b) => (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a!.Value : b ?? TimeSpan.Zero;
}
