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

    public override void Fold(in Observation observation) => Take(observation.Time, observation.Value.Text);

    public override void Merge(AggregationState other)
    {
        var value = (WarehouseValueState)other;
        if (value._json is not null)
            Take(value._time, value._json);
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
        new WarehouseValueState { _time = reader.Time(), _json = reader.Text() };

    private void Take(EventTime time, string json)
    {
        if (_json is not null && (time < _time || (time == _time && string.CompareOrdinal(json, _json) < 0)))
            return;
        _time = time;
        _json = json;
    }
}
