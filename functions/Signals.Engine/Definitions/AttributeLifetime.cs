namespace Signals.Engine.Definitions;

/// <summary>How long a value lives after its last update (spec signals-api 14.7, decision D5).</summary>
public static class AttributeLifetime
{
    /// <summary>Lifetime of values from the stream when nobody sets one.</summary>
    public static TimeSpan StreamDefault { get; } = TimeSpan.FromDays(7);

    /// <summary>Lifetime of values from the warehouse when nobody sets one.</summary>
    public static TimeSpan WarehouseDefault { get; } = TimeSpan.FromDays(365);

    /// <summary>The period of the attribute; without one its own ttl, else that of the group, else that of the key, else the default.</summary>
    public static TimeSpan Of(AttributeKeyDefinition key, AttributeGroupDefinition group, AttributeDefinition attribute) =>
        attribute.Period ?? attribute.Ttl ?? OfGroup(key, group);

    /// <summary>Lifetime of the fields of a group, and of attributes that say nothing themselves.</summary>
    public static TimeSpan OfGroup(AttributeKeyDefinition key, AttributeGroupDefinition group) =>
        group.Ttl ?? key.Ttl ?? (group.Offline is true ? WarehouseDefault : StreamDefault);
}
