using System.Collections.Frozen;

namespace Signals.Engine.Definitions;

/// <summary>The attribute keys that are there, and published, from the start (spec signals-api 3.3).</summary>
public static class BuiltInAttributeKeys
{
    private static readonly FrozenDictionary<string, AttributeKeyDefinition> Keys = new[]
    {
        Make("user_id", "The business identifier of the user."),
        Make("domain_userid", "The first-party cookie identifier of the user."),
        Make("network_userid", "The collector's cookie identifier of the user."),
        Make("domain_sessionid", "The identifier of the session."),
        new AttributeKeyDefinition
        {
            Name = "snowplow_id",
            Description = "The person, across all identifiers that belong to one (Snowplow Identities).",
            Property = SnowplowIdProperty,
            IsPublished = true,
        },
    }.ToFrozenDictionary(key => key.Name, StringComparer.Ordinal);

    /// <summary>Where the Snowplow ID stands in a resolved event (spec identities 7.1).</summary>
    public static EntityProperty SnowplowIdProperty => new()
    {
        Vendor = "com.snowplowanalytics.snowplow",
        Name = "identity",
        MajorVersion = 2,
        Path = "snowplow_id",
    };

    /// <summary>All of them, as they are before anybody describes them otherwise.</summary>
    public static IReadOnlyCollection<AttributeKeyDefinition> All => Keys.Values;

    /// <summary>Whether a key is one of them.</summary>
    public static bool Contains(string name) => Keys.ContainsKey(name);

    private static AttributeKeyDefinition Make(string column, string description) =>
        new() { Name = column, Key = column, Description = description, IsPublished = true };
}
