using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// <c>unique_list</c>: distinct values by when each was most recently seen, oldest first; the 100 newest are kept. Values
/// seen in the same instant stand in the order of their text.
/// </summary>
internal sealed class UniqueListState : AggregationState
{
    private const int MaxValues = 100;

    private readonly Dictionary<ScalarValue, EventTime> _lastSeen = [];

    public override void Fold(in Observation observation) => Take(observation.Value, observation.Time);

    public override void Merge(AggregationState other)
    {
        foreach (var (value, time) in ((UniqueListState)other)._lastSeen)
            Take(value, time);
    }

    public override AttributeValue Read(in ReadContext context) =>
        AttributeValue.OfList(context.Type, [.. _lastSeen.OrderBy(entry => entry, OldestFirst).Select(entry => entry.Key)]);

    public override void Write(StateWriter writer)
    {
        writer.Count(_lastSeen.Count);
        foreach (var (value, time) in _lastSeen)
        {
            writer.Scalar(value);
            writer.Time(time);
        }
    }

    public static AggregationState ReadState(ref StateReader reader)
    {
        var state = new UniqueListState();
        for (var count = reader.CountFromOne(); count > 0; count--)
            if (!state._lastSeen.TryAdd(reader.Scalar(), reader.Time()))
                throw StateReader.Nonsense("a value that stands twice in a list");
        return state;
    }

    private static Comparer<KeyValuePair<ScalarValue, EventTime>> OldestFirst { get; } =
        Comparer<KeyValuePair<ScalarValue, EventTime>>.Create((a, b) =>
        {
            var byTime = a.Value.CompareTo(b.Value);
            return byTime != 0 ? byTime : string.CompareOrdinal(a.Key.ToString(), b.Key.ToString());
        });

    private void Take(in ScalarValue value, EventTime time)
    {
        if (_lastSeen.TryGetValue(value, out var seen) && seen >= time)
            return;
        _lastSeen[value] = time;
        if (_lastSeen.Count > MaxValues)
            _lastSeen.Remove(Oldest());
    }

    private ScalarValue Oldest()
    {
        KeyValuePair<ScalarValue, EventTime>? oldest = null;
        foreach (var entry in _lastSeen)
            if (oldest is not { } known || OldestFirst.Compare(entry, known) < 0)
                oldest = entry;
        return oldest!.Value.Key;
    }
}
