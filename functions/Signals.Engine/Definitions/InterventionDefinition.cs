using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>A versioned rule over attribute values that sends a message when it comes true (spec signals-api 5.2).</summary>
public sealed record InterventionDefinition
{
    /// <summary>Object name.</summary>
    public required string Name { get; init; }

    /// <summary>From 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it, echoed unchanged.</summary>
    public string? Owner { get; init; }

    /// <summary>The rule.</summary>
    public required AttributeCriteria Criteria { get; init; }

    /// <summary>Names of the attribute keys whose identifiers receive it, in order; empty for the keys of the groups in the criteria.</summary>
    public IReadOnlyList<string> TargetAttributeKeys { get; init; } = [];

    /// <summary>Groups whose values go along.</summary>
    public IReadOnlyList<VersionedName> PayloadAttributeGroups { get; init; } = [];

    /// <summary>Whether it is live.</summary>
    public bool IsPublished { get; init; }

    /// <summary>Our addition: what keeps it from bothering people. Null members are Snowplow's behaviour.</summary>
    public InterventionGuards Guards { get; init; } = InterventionGuards.None;

    /// <summary>Its name and version.</summary>
    public VersionedName Id => new(Name, Version);
}

/// <summary>Guard rails of an intervention, all optional.</summary>
public sealed record InterventionGuards
{
    /// <summary>No guard rails: Snowplow's behaviour.</summary>
    public static InterventionGuards None { get; } = new();

    /// <summary>Shortest time between two of them to one target; <c>cooldown</c>, a duration of up to 365 days.</summary>
    public TimeSpan? Cooldown { get; init; }

    /// <summary>Most of them to one target within a period; <c>frequency_cap</c>: <c>{"max": 1-1000, "period": duration}</c>.</summary>
    public FrequencyCap? FrequencyCap { get; init; }

    /// <summary>Not delivered any more after this time; <c>expires_after</c>, a duration.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>Not before; <c>active_from</c>, UTC.</summary>
    public DateTimeOffset? ActiveFrom { get; init; }

    /// <summary>Not at or after; <c>active_to</c>, UTC.</summary>
    public DateTimeOffset? ActiveTo { get; init; }

    /// <summary>Of several that one event triggers, the higher comes first; <c>priority</c>, -1000 to 1000, default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Share of targets that never receive it, by a hash of intervention name and target id; <c>holdout_percentage</c>, 0 to 100.</summary>
    public double HoldoutPercentage { get; init; }
}

/// <summary>At most so many within a period.</summary>
/// <param name="Max">1 to 1000.</param>
/// <param name="Period">Up to 365 days.</param>
public sealed record FrequencyCap(int Max, TimeSpan Period);

/// <summary>A node of the criteria tree of an intervention (spec signals-api 2.6).</summary>
public abstract record AttributeCriteria;

/// <summary>Several criteria taken together.</summary>
/// <param name="Kind">How.</param>
/// <param name="Members">1 to 100 members.</param>
public sealed record AttributeCriteriaGroup(CriteriaGroupKind Kind, IReadOnlyList<AttributeCriteria> Members) : AttributeCriteria;

/// <summary>How the members of a group are taken together.</summary>
public enum CriteriaGroupKind
{
    /// <summary>All hold.</summary>
    All,

    /// <summary>At least one holds.</summary>
    Any,

    /// <summary>None holds.</summary>
    None,
}

/// <summary>One condition on one attribute.</summary>
public sealed record AttributeCriterion : AttributeCriteria
{
    /// <summary>Name of the attribute group.</summary>
    public required string Group { get; init; }

    /// <summary>Name of the attribute in the group.</summary>
    public required string Attribute { get; init; }

    /// <summary>How it is compared.</summary>
    public required AttributeOperator Operator { get; init; }

    /// <summary>With what: a string, number, boolean or an array of these; null for the operators that take none.</summary>
    public JsonElement? Value { get; init; }
}

/// <summary>Operators of attribute criteria (spec signals-api 11.3).</summary>
public enum AttributeOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>like</c></summary>
    Like,

    /// <summary><c>not like</c></summary>
    NotLike,

    /// <summary><c>rlike</c></summary>
    RegexLike,

    /// <summary><c>not rlike</c></summary>
    NotRegexLike,

    /// <summary><c>in</c></summary>
    In,

    /// <summary><c>not in</c></summary>
    NotIn,

    /// <summary><c>is null</c></summary>
    IsNull,

    /// <summary><c>is not null</c></summary>
    IsNotNull,

    /// <summary><c>changed</c></summary>
    Changed,
}
