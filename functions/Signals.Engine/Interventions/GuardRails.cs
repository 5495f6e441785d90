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

    /// <summary>Delivered, held out, or (null) suppressed by cool-down, frequency cap or once-per-target.</summary>
    public static InterventionDecision? Decide(
        InterventionDefinition definition, ProfileKey target, ProfileState profile, InterventionOptions options, EventTime now)
    {
        var guards = definition.Guards;
        if (IsHeldOut(definition.Name, target.Identifier, guards.HoldoutPercentage))
            return InterventionDecision.HeldOut;
        var second = now.UnixMilliseconds / 1000;
        if (guards.Cooldown is { } cooldown && profile.Sent.CountSince(definition.Name, Start(second, cooldown)) > 0)
            return null;
        if (guards.FrequencyCap is { } cap && profile.Sent.CountSince(definition.Name, Start(second, cap.Period)) >= cap.Max)
            return null;
        if (options.SendOncePerTarget && profile.Sent.CountSince(OnceName(definition), Start(second, OnceWithin)) > 0)
            return null;
        return InterventionDecision.Deliver;
    }

    /// <summary>Whether anything is remembered of what is delivered.</summary>
    public static bool Remembers(InterventionDefinition definition, InterventionOptions options) =>
        options.SendOncePerTarget || RememberedFor(definition) > TimeSpan.Zero;

    /// <summary>Remembers in the target's profile that it was delivered.</summary>
    public static void Remember(InterventionDefinition definition, ProfileState profile, InterventionOptions options, EventTime at)
    {
        var second = at.UnixMilliseconds / 1000;
        if (RememberedFor(definition) is var span && span > TimeSpan.Zero)
            profile.RecordSent(definition.Name, second, Start(second, span));
        if (options.SendOncePerTarget)
            profile.RecordSent(OnceName(definition), second, Start(second, OnceWithin));
    }

    /// <summary>Takes back what <see cref="Remember"/> noted for the same instant.</summary>
    public static void Forget(InterventionDefinition definition, ProfileState profile, EventTime at)
    {
        profile.ForgetSent(definition.Name, at.UnixMilliseconds / 1000);
        profile.ForgetSent(OnceName(definition), at.UnixMilliseconds / 1000);
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

    private static string OnceName(InterventionDefinition definition) => $"{definition.Name}/{definition.Version}";

    private static TimeSpan RememberedFor(InterventionDefinition definition) =>
        Longest(definition.Guards.Cooldown, definition.Guards.FrequencyCap?.Period);

    private static TimeSpan Longest(TimeSpan? a, TimeSpan? b) => (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a!.Value : b ?? TimeSpan.Zero;
}
