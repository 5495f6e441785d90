using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// Counts of distinct values, at most 100 of them: when another one arrives, the one with the lowest count goes (of several
/// the one not seen for longest, then the larger text). Shared by the three frequency aggregations.
/// </summary>
internal abstract class FrequencyState : AggregationState
{
    private const int MaxValues = 100;

    private readonly Dictionary<ScalarValue, (long Count, EventTime LastSeen)> _counts = [];

    /// <summary>Values by falling count; the smaller text first where counts are equal.</summary>
    protected IEnumerable<(ScalarValue Value, long Count)> ByFallingCount =>
        _counts.OrderByDescending(entry => entry.Value.Count).ThenBy(entry => entry.Key.ToString(), StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.Count));

    /// <summary>Values by rising count; the smaller text first where counts are equal.</summary>
    protected IEnumerable<(ScalarValue Value, long Count)> ByRisingCount =>
        _counts.OrderBy(entry => entry.Value.Count).ThenBy(entry => entry.Key.ToString(), StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.Count));

    public override void Fold(in Observation observation)
    {
        if (_counts.Count == MaxValues && !_counts.ContainsKey(observation.Value))
            _counts.Remove(Lowest());
        Add(observation.Value, 1, observation.Time);
    }

    public override void Merge(AggregationState other)
    {
        foreach (var (value, (count, lastSeen)) in ((FrequencyState)other)._counts)
            Add(value, count, lastSeen);
        while (_counts.Count > MaxValues)
            _counts.Remove(Lowest());
    }

    public override void Write(StateWriter writer)
    {
        writer.Count(_counts.Count);
        foreach (var (value, (count, lastSeen)) in _counts)
        {
            writer.Scalar(value);
            writer.Signed(count);
            writer.Time(lastSeen);
        }
    }

    public static AggregationState ReadInto<TState>(ref StateReader reader)
        where TState : FrequencyState, new()
    {
        var state = new TState();
        for (var count = reader.CountFromOne(); count > 0; count--)
            if (!state._counts.TryAdd(reader.Scalar(), (reader.Signed(), reader.Time())))
                throw StateReader.Nonsense("a value that is counted twice");
        return state;
    }

    private void Add(in ScalarValue value, long count, EventTime lastSeen)
    {
        var known = _counts.GetValueOrDefault(value, (0, lastSeen));
        _counts[value] = (known.Count + count, known.LastSeen > lastSeen ? known.LastSeen : lastSeen);
    }

    private ScalarValue Lowest()
    {
        (ScalarValue Value, long Count, EventTime LastSeen) lowest = (default, long.MaxValue, default);
        foreach (var (value, (count, lastSeen)) in _counts)
        {
            var order = count.CompareTo(lowest.Count);
            if (order == 0)
                order = lastSeen.CompareTo(lowest.LastSeen);
            if (order == 0)
                order = string.CompareOrdinal(lowest.Value.ToString(), value.ToString());
            if (order < 0)
                lowest = (value, count, lastSeen);
        }
        return lowest.Value;
    }
}

/// <summary><c>most_frequent</c>: the value with the highest count.</summary>
internal sealed class MostFrequentState : FrequencyState
{
    public override AttributeValue Read(in ReadContext context) => AttributeValue.Of(context.Type, ByFallingCount.First().Value);
}

/// <summary><c>least_frequent</c>: the value with the lowest count.</summary>
internal sealed class LeastFrequentState : FrequencyState
{
    public override AttributeValue Read(in ReadContext context) => AttributeValue.Of(context.Type, ByRisingCount.First().Value);
}

/// <summary><c>category_count</c>: the count of each value.</summary>
internal sealed class CategoryCountState : FrequencyState
{
    public override AttributeValue Read(in ReadContext context) =>
        AttributeValue.OfCounts([.. ByFallingCount.Select(entry => KeyValuePair.Create(entry.Value.ToString(), entry.Count))]);
}
