using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>Names one version of a versioned definition.</summary>
/// <param name="Name">Object name.</param>
/// <param name="Version">From 1.</param>
public readonly record struct VersionedName(string Name, int Version);

/// <summary>A versioned set of attributes on one attribute key (spec signals-api 4.2).</summary>
public sealed record AttributeGroupDefinition
{
    /// <summary>Object name.</summary>
    public required string Name { get; init; }

    /// <summary>From 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The attribute key as the client sent it; its name is looked up, the registry's definition wins.</summary>
    public required AttributeKeyDefinition AttributeKey { get; init; }

    /// <summary>What is computed from events (or in the warehouse, when <see cref="Offline"/>).</summary>
    public IReadOnlyList<AttributeDefinition> Attributes { get; init; } = [];

    /// <summary>What is copied from a warehouse table.</summary>
    public IReadOnlyList<FieldDefinition> Fields { get; init; } = [];

    /// <summary>The warehouse table.</summary>
    public BatchSource? BatchSource { get; init; }

    /// <summary>True when values come from the warehouse; null behaves as false.</summary>
    public bool? Offline { get; init; }

    /// <summary>Stored and echoed only.</summary>
    public bool Online { get; init; } = true;

    /// <summary>Lifetime of values when the attribute sets none.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Start of the backfill, UTC.</summary>
    public DateTimeOffset? BackfillSinceTstamp { get; init; }

    /// <summary>How often the warehouse table is read.</summary>
    public TimeSpan? RefreshRate { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it, echoed unchanged.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it is live.</summary>
    public bool IsPublished { get; init; }

    /// <summary>When it was last published, UTC; null when it never was. Kept by the registry, not set by clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Its name and version.</summary>
    [JsonIgnore]
    public VersionedName Id => new(Name, Version);

    /// <summary>Names of its attributes, then of its fields.</summary>
    [JsonIgnore]
    public IEnumerable<string> Names => Attributes.Select(attribute => attribute.Name).Concat(Fields.Select(column => column.Name));
}

/// <summary>One attribute of a group (spec signals-api 4.3).</summary>
public sealed record AttributeDefinition
{
    /// <summary>Object name, unique within the group.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Type of the value.</summary>
    public required AttributeType Type { get; init; }

    /// <summary>Which events count; empty for all.</summary>
    public IReadOnlyList<EventFilter> Events { get; init; } = [];

    /// <summary>How events become a value.</summary>
    public required AggregationKind Aggregation { get; init; }

    /// <summary>What is aggregated.</summary>
    public PropertyDefinition? Property { get; init; }

    /// <summary>Which of the matching events count.</summary>
    public EventCriteria? Criteria { get; init; }

    /// <summary>Length of the rolling window; null for the whole lifetime.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>Lifetime of the value after its last update; only without a period.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Unit of the two <c>time_since</c> aggregations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeUnit? TimeUnit { get; init; }

    /// <summary>Answered when there is no value: a scalar or an array of scalars.</summary>
    public JsonElement? DefaultValue { get; init; }
}

/// <summary>A column of a warehouse table.</summary>
public sealed record FieldDefinition
{
    /// <summary>Object name; also the column's name.</summary>
    public required string Name { get; init; }

    /// <summary>Type of the value.</summary>
    public required AttributeType Type { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }
}

/// <summary>A warehouse table (spec signals-api 4.4).</summary>
public sealed record BatchSource
{
    /// <summary>Object name.</summary>
    public required string Name { get; init; }

    /// <summary>Database.</summary>
    public required string Database { get; init; }

    /// <summary>Schema; on the wire also <c>schema_</c> and <c>wh_schema</c>.</summary>
    public required string Schema { get; init; }

    /// <summary>Table.</summary>
    public required string Table { get; init; }

    /// <summary>Column that says when a row's values were last updated.</summary>
    public required string TimestampField { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it.</summary>
    public string? Owner { get; init; }
}

/// <summary>How events become a value (spec signals-api 14.7).</summary>
public enum AggregationKind
{
    /// <summary>Number of events.</summary>
    Counter,

    /// <summary>Sum of a property.</summary>
    Sum,

    /// <summary>Smallest number.</summary>
    Min,

    /// <summary>Largest number.</summary>
    Max,

    /// <summary>Average.</summary>
    Mean,

    /// <summary>Value of the earliest event.</summary>
    First,

    /// <summary>Value of the latest event.</summary>
    Last,

    /// <summary>Value with the highest count.</summary>
    MostFrequent,

    /// <summary>Value with the lowest count.</summary>
    LeastFrequent,

    /// <summary>Estimated number of distinct values.</summary>
    ApproxCountDistinct,

    /// <summary>Count of each value.</summary>
    CategoryCount,

    /// <summary>Distinct values by when each was last seen.</summary>
    UniqueList,

    /// <summary>Time since the latest event.</summary>
    TimeSinceLast,

    /// <summary>Time since the earliest event.</summary>
    TimeSinceFirst,
}

/// <summary>Units of the two <c>time_since</c> aggregations.</summary>
public enum TimeUnit
{
    /// <summary><c>s</c></summary>
    Second,

    /// <summary><c>min</c></summary>
    Minute,

    /// <summary><c>h</c></summary>
    Hour,

    /// <summary><c>d</c></summary>
    Day,
}

/// <summary>Types of attribute and field values (spec signals-api 2.2). On the wire in snake case.</summary>
public enum AttributeType
{
    /// <summary><c>bytes</c></summary>
    Bytes,

    /// <summary><c>string</c></summary>
    String,

    /// <summary><c>int32</c></summary>
    Int32,

    /// <summary><c>int64</c></summary>
    Int64,

    /// <summary><c>double</c></summary>
    Double,

    /// <summary><c>float</c></summary>
    Float,

    /// <summary><c>bool</c></summary>
    Bool,

    /// <summary><c>unix_timestamp</c></summary>
    UnixTimestamp,

    /// <summary><c>timestamp</c></summary>
    Timestamp,

    /// <summary><c>dict</c></summary>
    Dict,

    /// <summary><c>bytes_list</c></summary>
    BytesList,

    /// <summary><c>string_list</c></summary>
    StringList,

    /// <summary><c>int32_list</c></summary>
    Int32List,

    /// <summary><c>int64_list</c></summary>
    Int64List,

    /// <summary><c>double_list</c></summary>
    DoubleList,

    /// <summary><c>float_list</c></summary>
    FloatList,

    /// <summary><c>bool_list</c></summary>
    BoolList,

    /// <summary><c>unix_timestamp_list</c></summary>
    UnixTimestampList,
}
