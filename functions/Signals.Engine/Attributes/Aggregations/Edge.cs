using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// <c>first</c> (sign -1) and <c>last</c> (sign 1): the value of the earliest or latest event by event time. Events of the
/// same instant: the smaller event id is first, the larger is last.
/// </summary>
internal sealed class EdgeState(int sign) : AggregationState
{
    private EventTime _time;
    private Guid _eventId;
    private ScalarValue _value;

    public override void Fold(in Observation observation) => Take(observation.Time, observation.EventId, observation.Value);

    public override void Merge(AggregationState other)
    {
        var edge = (EdgeState)other;
        Take(edge._time, edge._eventId, edge._value);
    }

    public override AttributeValue Read(in ReadContext context) => AttributeValue.Of(context.Type, _value);

    public override void Write(StateWriter writer)
    {
        writer.Time(_time);
        writer.Guid(_eventId);
        writer.Scalar(_value);
    }

    public static AggregationState ReadState(ref StateReader reader, int sign)
    {
        var state = new EdgeState(sign) { _time = reader.Time(), _eventId = reader.Guid(), _value = reader.Scalar() };
        return state._value.IsMissing ? throw StateReader.Nonsense("an event without a value") : state;
    }

    private void Take(EventTime time, Guid eventId, in ScalarValue value)
    {
        if (value.IsMissing)
            return;
        var order = time.CompareTo(_time);
        if (order == 0)
            order = eventId.CompareTo(_eventId);
        if (!_value.IsMissing && order * sign <= 0)
            return;
        _time = time;
        _eventId = eventId;
        _value = value;
    }
}
