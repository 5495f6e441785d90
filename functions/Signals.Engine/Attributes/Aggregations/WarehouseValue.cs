using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// Not an aggregation of events: a value that came from a warehouse or was pushed, as JSON, the latest by its own time. It is
/// kept in the same documents and by the same rules as the rest.
/// </summary>
internal sealed class WarehouseValueState : AggregationState
{
    private EventTime _time;
    private string? _json;

    public override void Fold(in Observation observation)
    {
        if (_json is null || observation.Time >= _time)
            (_time, _json) = (observation.Time, observation.Value.Text);
    }

    public override void Merge(AggregationState other)
    {
        var value = (WarehouseValueState)other;
        var isLater = value._time > _time || (value._time == _time && string.CompareOrdinal(value._json, _json) > 0);
        if (_json is null || isLater)
            (_time, _json) = (value._time, value._json);
    }

    public override AttributeValue Read(in ReadContext context)
    {
        using var json = JsonDocument.Parse(_json!);
        return AttributeValue.FromJson(context.Type, json.RootElement);
    }

    public override void Write(StateWriter writer)
    {
        writer.Time(_time);
        writer.Text(_json!);
    }

    public static AggregationState ReadState(ref StateReader reader) =>
        new WarehouseValueState { _time = reader.Time(), _json = reader.Json() };
}
