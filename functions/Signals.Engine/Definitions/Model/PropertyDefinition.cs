using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>Where a value comes from (spec signals-api 2.3): a union on <c>type</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AtomicProperty), "atomic")]
[JsonDerivedType(typeof(EventProperty), "event")]
[JsonDerivedType(typeof(EntityProperty), "entity")]
[JsonDerivedType(typeof(CalculatedProperty), "calculated")]
public abstract record PropertyDefinition
{
    /// <summary>Takes a part of a date-time instead of the whole value; null for the value itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyOrder(1)]
    public DatePart? DatePart { get; init; }
}

/// <summary>An atomic column.</summary>
public sealed record AtomicProperty : PropertyDefinition
{
    /// <summary>Name of the column, as the user spelled it (spec 2.3.1).</summary>
    public required string Name { get; init; }
}

/// <summary>A path in the payload of a self-describing event.</summary>
public sealed record EventProperty : PropertyDefinition
{
    /// <summary>Vendor of the event's schema.</summary>
    public required string Vendor { get; init; }

    /// <summary>Name of the event's schema.</summary>
    public required string Name { get; init; }

    /// <summary>Model number of the event's schema, from 1.</summary>
    public required int MajorVersion { get; init; }

    /// <summary>Path in the data, as the user spelled it.</summary>
    public required string Path { get; init; }
}

/// <summary>A path in an entity of the event.</summary>
public sealed record EntityProperty : PropertyDefinition
{
    /// <summary>Vendor of the entity's schema.</summary>
    public required string Vendor { get; init; }

    /// <summary>Name of the entity's schema.</summary>
    public required string Name { get; init; }

    /// <summary>Model number of the entity's schema, from 1.</summary>
    public required int MajorVersion { get; init; }

    /// <summary>Path in the data, as the user spelled it.</summary>
    public required string Path { get; init; }

    /// <summary>Which of several matching entities, from 0.</summary>
    public int Index { get; init; }
}

/// <summary>A value computed from other properties of the same event (spec 14.3.1).</summary>
public sealed record CalculatedProperty : PropertyDefinition
{
    /// <summary>What to compute.</summary>
    public required CalculatedOperation Operation { get; init; }

    /// <summary>2 to 50 members, none of them calculated.</summary>
    public required IReadOnlyList<PropertyDefinition> Properties { get; init; }

    /// <summary>Put between the texts of <see cref="CalculatedOperation.Concat"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Separator { get; init; }
}

/// <summary>What a <see cref="CalculatedProperty"/> computes.</summary>
public enum CalculatedOperation
{
    /// <summary>The texts joined.</summary>
    Concat,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The product.</summary>
    Product,

    /// <summary>The smallest.</summary>
    Min,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The first that is present.</summary>
    Coalesce,
}

/// <summary>A part of a date-time, in UTC (spec 14.3.2).</summary>
public enum DatePart
{
    /// <summary>0 to 23.</summary>
    HourOfDay,

    /// <summary>1 Monday to 7 Sunday.</summary>
    DayOfWeek,

    /// <summary>1 to 12.</summary>
    MonthOfYear,

    /// <summary>The day, as <c>YYYY-MM-DD</c>.</summary>
    ActiveDay,

    /// <summary>The Monday of the ISO week, as <c>YYYY-MM-DD</c>.</summary>
    ActiveWeek,

    /// <summary>The first day of the month, as <c>YYYY-MM-DD</c>.</summary>
    ActiveMonth,
}
