using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary><c>time_since_first</c> (sign -1) and <c>time_since_last</c> (sign 1): how long ago the earliest or latest event was.</summary>
internal sealed class TimeSinceState(int sign) : AggregationState
{
    private EventTime? _time;

    public override void Fold(in Observation observation) => Take(observation.Time);

    public override void Merge(AggregationState other)
    {
        if (((TimeSinceState)other)._time is { } time)
            Take(time);
    }

    public override AttributeValue Read(in ReadContext context)
    {
        var microseconds = Math.Max(0, context.Now.UnixMicroseconds - _time!.Value.UnixMicroseconds);
        return NumericResult.Of(context.Type, ScalarValue.Of(microseconds / (1e6 * Seconds(context.Unit))));
    }

    public override void Write(StateWriter writer) => writer.Time(_time!.Value);

    public static AggregationState ReadState(ref StateReader reader, int sign) => new TimeSinceState(sign) { _time = reader.Time() };

    private static int Seconds(TimeUnit unit) => unit switch
    {
        TimeUnit.Minute => 60,
        TimeUnit.Hour => 3_600,
        TimeUnit.Day => 86_400,
        _ => 1,
    };

    private void Take(EventTime time)
    {
        if (_time is not { } known || time.CompareTo(known) * sign > 0)
            _time = time;
    }
}
