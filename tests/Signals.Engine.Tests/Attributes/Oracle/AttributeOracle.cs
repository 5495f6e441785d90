using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// Computes an attribute from a list of all events, as spec signals-api 14.7 says it. Knows no state, no batches and no caps
/// but that of unique_list; streams with more distinct values or observations are for other tests.
/// </summary>
internal static class AttributeOracle
{
    /// <summary>The value as JSON.</summary>
    /// <param name="attribute">What to compute.</param>
    /// <param name="events">The events in the order in which they were processed, repetitions included.</param>
    /// <param name="user">Whose value.</param>
    /// <param name="now">When it is read.</param>
    /// <param name="ttl">Lifetime after the last update.</param>
    public static string Value(AttributeDefinition attribute, IEnumerable<OracleEvent> events, string user, DateTimeOffset now, TimeSpan ttl)
    {
        var observations = events
            .Where(e => e.User == user && user.Length > 0)
            .DistinctBy(e => e.Id)
            .Where(e => Matches(attribute.Events, e) && OracleValues.Holds(attribute.Criteria, e))
            .SelectMany(e => Observe(attribute, e))
            .ToList();
        var alive = attribute.Period is { } period
            ? observations.Where(observation => now - period < observation.Event.Time).ToList()
            : SinceLastExpiry(observations, now, ttl);
        if (alive.Count == 0)
            return attribute.DefaultValue is { } value ? Render(OracleValues.Coerce(value.GetDecimal(), attribute.Type))
                : attribute.Aggregation == AggregationKind.ApproxCountDistinct ? Render(OracleValues.Coerce(0m, attribute.Type)) : "null";
        return Aggregate(attribute, alive, now);
    }

    private static bool Matches(IReadOnlyList<EventFilter> filters, OracleEvent e) =>
        filters.Count == 0 || filters.Any(filter =>
            (filter.Vendor ?? e.Vendor) == e.Vendor && (filter.Name ?? e.Name) == e.Name && (filter.Version ?? e.Version) == e.Version);

    private static IEnumerable<Observation> Observe(AttributeDefinition attribute, OracleEvent e)
    {
        if (attribute.Aggregation is AggregationKind.Counter or AggregationKind.TimeSinceFirst or AggregationKind.TimeSinceLast)
            return [new Observation(e, null)];
        var value = OracleValues.Find(attribute.Property!, e);
        return attribute.Aggregation switch
        {
            AggregationKind.UniqueList => Fitting(e, Elements(value).Select(element => OracleValues.Coerce(element, ElementOf(attribute.Type)))),
            AggregationKind.MostFrequent or AggregationKind.LeastFrequent => Fitting(e, Elements(value).Select(element => OracleValues.Coerce(element, attribute.Type))),
            AggregationKind.CategoryCount or AggregationKind.ApproxCountDistinct => Fitting(e, Elements(value).Select(OracleValues.TextOf)),
            AggregationKind.First or AggregationKind.Last => Fitting(e, [value is object?[]? null : OracleValues.Coerce(value, attribute.Type)]),
            _ => Fitting(e, [OracleValues.NumberOf(value)]),
        };
    }

    private static IEnumerable<object?> Elements(object? value) =>
        (value is object?[] elements ? elements : [value]).Where(element => element is not Dictionary<string, object?> and not object?[]);

    private static IEnumerable<Observation> Fitting(OracleEvent e, IEnumerable<object?> values) =>
        values.OfType<object>().Select(value => new Observation(e, value));

    private static List<Observation> SinceLastExpiry(List<Observation> observations, DateTimeOffset now, TimeSpan ttl)
    {
        var start = 0;
        for (var i = 1; i < observations.Count; i++)
            if (observations[i].Event.ProcessedAt - observations[i - 1].Event.ProcessedAt > ttl)
                start = i;
        return observations.Count > 0 && now - observations[^1].Event.ProcessedAt > ttl ? [] : observations[start..];
    }

    private static string Aggregate(AttributeDefinition attribute, List<Observation> seen, DateTimeOffset now)
    {
        var type = attribute.Type;
        var byTime = seen.OrderBy(observation => observation.Event.Time).ThenBy(observation => observation.Event.Id.ToString(), StringComparer.Ordinal).ToList();
        var counts = seen.Where(observation => observation.Value is not null).GroupBy(observation => Render(observation.Value))
            .Select(group => (group.First().Value, Count: group.Count(), Text: OracleValues.TextOf(Plain(group.First().Value!))!));
        return attribute.Aggregation switch
        {
            AggregationKind.Counter => Number(type, (decimal)seen.Count),
            AggregationKind.Sum => Number(type, Sum(seen)),
            AggregationKind.Mean => Number(type, Sum(seen) is decimal sum ? sum / seen.Count : (double)Sum(seen) / seen.Count),
            AggregationKind.Min => Number(type, seen.MinBy(observation => OracleValues.Real(observation.Value!))!.Value!),
            AggregationKind.Max => Number(type, seen.MaxBy(observation => OracleValues.Real(observation.Value!))!.Value!),
            AggregationKind.First => Render(byTime[0].Value),
            AggregationKind.Last => Render(byTime[^1].Value),
            AggregationKind.UniqueList => $"[{string.Join(',', UniqueByLastSeen(seen).TakeLast(100).Select(Render))}]",
            AggregationKind.MostFrequent => Render(counts.OrderByDescending(count => count.Count).ThenBy(count => count.Text, StringComparer.Ordinal).First().Value),
            AggregationKind.LeastFrequent => Render(counts.OrderBy(count => count.Count).ThenBy(count => count.Text, StringComparer.Ordinal).First().Value),
            AggregationKind.CategoryCount => $"{{{string.Join(',', counts.OrderByDescending(count => count.Count).ThenBy(count => count.Text, StringComparer.Ordinal)
                .Select(count => $"{Render(count.Text)}:{count.Count}"))}}}",
            AggregationKind.ApproxCountDistinct => Number(type, (decimal)counts.Count()),
            _ => Number(type, Since(attribute, byTime, now)),
        };
    }

    private static IEnumerable<object> UniqueByLastSeen(List<Observation> seen) => seen
        .GroupBy(observation => Render(observation.Value))
        .Select(group => (group.First().Value, LastSeen: group.Max(observation => observation.Event.Time)))
        .OrderBy(entry => entry.LastSeen).ThenBy(entry => OracleValues.TextOf(Plain(entry.Value!)), StringComparer.Ordinal)
        .Select(entry => entry.Value!);

    private static object Sum(List<Observation> seen)
    {
        var exact = seen.Select(observation => observation.Value).OfType<decimal>().Sum();
        var rest = seen.Select(observation => observation.Value).OfType<double>().Sum();
        return rest == 0 ? exact : OracleValues.Real(exact) + rest;
    }

    private static double Since(AttributeDefinition attribute, List<Observation> byTime, DateTimeOffset now)
    {
        var time = attribute.Aggregation == AggregationKind.TimeSinceFirst ? byTime[0].Event.Time : byTime[^1].Event.Time;
        var unit = attribute.TimeUnit switch { TimeUnit.Minute => 60, TimeUnit.Hour => 3600, TimeUnit.Day => 86_400, _ => 1 };
        return Math.Max(0, (now - time).Ticks / 10 / (1e6 * unit));
    }

    private static string Number(AttributeType type, object number) => Render(OracleValues.Coerce(number, type));

    private static object? Plain(object value) => value switch
    {
        long number => (decimal)number,
        float number => (double)number,
        _ => value,
    };

    private static AttributeType ElementOf(AttributeType list) => Enum.Parse<AttributeType>(list.ToString().Replace("List", "", StringComparison.Ordinal));

    private static string Render(object? value) => value switch
    {
        null => "null",
        long number => number.ToString(CultureInfo.InvariantCulture),
        float number => WithFraction(number.ToString("R", CultureInfo.InvariantCulture)),
        double number => WithFraction((number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture)),
        OracleBytes bytes => Render(Convert.ToBase64String(Encoding.UTF8.GetBytes(bytes.Text))),
        string text => JsonSerializer.Serialize(text, Relaxed),
        _ => OracleEvent.ToJson(value),
    };

    private static JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string WithFraction(string text) => text.Contains('.', StringComparison.Ordinal) || text.Contains('E', StringComparison.Ordinal) ? text : text + ".0";

    private sealed record Observation(OracleEvent Event, object? Value);
}
