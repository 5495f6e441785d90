using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>What a subscription listens to: one identifier, a UUID, of an attribute key.</summary>
internal readonly record struct SubscriptionKey(string AttributeKey, Guid Identifier)
{
    public InterventionTarget ToTarget() => new(AttributeKey, Identifier.ToString());

    /// <summary>The key under which subscribers to a target are found; false when nobody can subscribe to it.</summary>
    public static bool TryFrom(in InterventionTarget target, out SubscriptionKey key)
    {
        var subscribable = target.TryGetUuid(out var identifier);
        key = new SubscriptionKey(target.AttributeKey, identifier);
        return subscribable;
    }
}
