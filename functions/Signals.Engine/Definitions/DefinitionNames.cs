using System.Collections.Frozen;

namespace Signals.Engine.Definitions;

/// <summary>Names on the wire of the enumerations that definitions are written with (spec signals-api 2.2, 2.3, 2.5, 2.6, 4.3).</summary>
public static class DefinitionNames
{
    /// <summary>Value types.</summary>
    public static WireNames<AttributeType> AttributeTypes { get; } = new(
        (AttributeType.Bytes, "bytes"),
        (AttributeType.String, "string"),
        (AttributeType.Int32, "int32"),
        (AttributeType.Int64, "int64"),
        (AttributeType.Double, "double"),
        (AttributeType.Float, "float"),
        (AttributeType.Bool, "bool"),
        (AttributeType.UnixTimestamp, "unix_timestamp"),
        (AttributeType.Timestamp, "timestamp"),
        (AttributeType.Dict, "dict"),
        (AttributeType.BytesList, "bytes_list"),
        (AttributeType.StringList, "string_list"),
        (AttributeType.Int32List, "int32_list"),
        (AttributeType.Int64List, "int64_list"),
        (AttributeType.DoubleList, "double_list"),
        (AttributeType.FloatList, "float_list"),
        (AttributeType.BoolList, "bool_list"),
        (AttributeType.UnixTimestampList, "unix_timestamp_list"));

    /// <summary>Aggregations.</summary>
    public static WireNames<AggregationKind> Aggregations { get; } = new(
        (AggregationKind.Counter, "counter"),
        (AggregationKind.Sum, "sum"),
        (AggregationKind.Min, "min"),
        (AggregationKind.Max, "max"),
        (AggregationKind.Mean, "mean"),
        (AggregationKind.First, "first"),
        (AggregationKind.Last, "last"),
        (AggregationKind.MostFrequent, "most_frequent"),
        (AggregationKind.LeastFrequent, "least_frequent"),
        (AggregationKind.ApproxCountDistinct, "approx_count_distinct"),
        (AggregationKind.CategoryCount, "category_count"),
        (AggregationKind.UniqueList, "unique_list"),
        (AggregationKind.TimeSinceLast, "time_since_last"),
        (AggregationKind.TimeSinceFirst, "time_since_first"));

    /// <summary>Parts of a date-time.</summary>
    public static WireNames<DatePart> DateParts { get; } = new(
        (DatePart.HourOfDay, "hour_of_day"),
        (DatePart.DayOfWeek, "day_of_week"),
        (DatePart.MonthOfYear, "month_of_year"),
        (DatePart.ActiveDay, "active_day"),
        (DatePart.ActiveWeek, "active_week"),
        (DatePart.ActiveMonth, "active_month"));

    /// <summary>Units of the <c>time_since</c> aggregations.</summary>
    public static WireNames<TimeUnit> TimeUnits { get; } = new(
        (TimeUnit.Second, "s"),
        (TimeUnit.Minute, "min"),
        (TimeUnit.Hour, "h"),
        (TimeUnit.Day, "d"));

    /// <summary>Operators of event criteria.</summary>
    public static WireNames<EventOperator> EventOperators { get; } = new(
        (EventOperator.Equal, "="),
        (EventOperator.NotEqual, "!="),
        (EventOperator.Less, "<"),
        (EventOperator.Greater, ">"),
        (EventOperator.LessOrEqual, "<="),
        (EventOperator.GreaterOrEqual, ">="),
        (EventOperator.Like, "like"),
        (EventOperator.In, "in"),
        (EventOperator.IsNull, "is null"),
        (EventOperator.IsNotNull, "is not null"));

    /// <summary>Operators of attribute criteria.</summary>
    public static WireNames<AttributeOperator> AttributeOperators { get; } = new(
        (AttributeOperator.Equal, "="),
        (AttributeOperator.NotEqual, "!="),
        (AttributeOperator.Less, "<"),
        (AttributeOperator.Greater, ">"),
        (AttributeOperator.LessOrEqual, "<="),
        (AttributeOperator.GreaterOrEqual, ">="),
        (AttributeOperator.Like, "like"),
        (AttributeOperator.NotLike, "not like"),
        (AttributeOperator.RegexLike, "rlike"),
        (AttributeOperator.NotRegexLike, "not rlike"),
        (AttributeOperator.In, "in"),
        (AttributeOperator.NotIn, "not in"),
        (AttributeOperator.IsNull, "is null"),
        (AttributeOperator.IsNotNull, "is not null"),
        (AttributeOperator.Changed, "changed"));

    /// <summary>Groups of attribute criteria.</summary>
    public static WireNames<CriteriaGroupKind> CriteriaGroups { get; } = new(
        (CriteriaGroupKind.All, "all"),
        (CriteriaGroupKind.Any, "any"),
        (CriteriaGroupKind.None, "none"));

    /// <summary>Operations of calculated properties.</summary>
    public static WireNames<CalculatedOperation> CalculatedOperations { get; } = new(
        (CalculatedOperation.Concat, "concat"),
        (CalculatedOperation.Sum, "sum"),
        (CalculatedOperation.Product, "product"),
        (CalculatedOperation.Min, "min"),
        (CalculatedOperation.Max, "max"),
        (CalculatedOperation.Coalesce, "coalesce"));
}

/// <summary>Names on the wire of one enumeration, both ways. Names are exact and case-sensitive.</summary>
public sealed class WireNames<T>
    where T : struct, Enum
{
    private readonly FrozenDictionary<T, string> _names;
    private readonly FrozenDictionary<string, T> _values;

    internal WireNames(params (T Value, string Name)[] pairs)
    {
        _names = pairs.ToFrozenDictionary(pair => pair.Value, pair => pair.Name);
        _values = pairs.ToFrozenDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        All = [.. pairs.Select(pair => pair.Name)];
        Listed = $"{string.Join(", ", All.SkipLast(1).Select(name => $"'{name}'"))} or '{All[^1]}'";
    }

    /// <summary>All names, in the order of the specification.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>All names in one sentence: <c>'a', 'b' or 'c'</c>.</summary>
    public string Listed { get; }

    /// <summary>The name of a value.</summary>
    /// <exception cref="KeyNotFoundException">The value is not defined.</exception>
    public string this[T value] => _names[value];

    /// <summary>The value of a name; false when there is no such name.</summary>
    public bool TryParse(string name, out T value) => _values.TryGetValue(name, out value);
}
