using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>Conditions on the properties of an event (spec signals-api 2.5): every one of <see cref="All"/> and one of <see cref="Any"/>.</summary>
public sealed record EventCriteria
{
    /// <summary>All of these must hold; null when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EventCriterion>? All { get; init; }

    /// <summary>At least one of these must hold; null when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EventCriterion>? Any { get; init; }
}

/// <summary>One condition on one property.</summary>
public sealed record EventCriterion
{
    /// <summary>What is compared.</summary>
    public required PropertyDefinition Property { get; init; }

    /// <summary>How.</summary>
    public required EventOperator Operator { get; init; }

    /// <summary>With what: a string, number, boolean or a homogeneous array of these; null for the two null operators.</summary>
    public JsonElement? Value { get; init; }
}

/// <summary>Operators of event criteria.</summary>
public enum EventOperator
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

    /// <summary><c>in</c></summary>
    In,

    /// <summary><c>is null</c></summary>
    IsNull,

    /// <summary><c>is not null</c></summary>
    IsNotNull,
}
