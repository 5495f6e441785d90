using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>The state of one definition in one profile, with or without a window.</summary>
internal sealed class DefinitionState
{
    private readonly DefinitionPlan _definition;
    private AggregationState? _lifetime;
    private WindowState? _window;

    public DefinitionState(DefinitionPlan definition)
    {
        _definition = definition;
        if (definition.Period is { } period)
            _window = new WindowState(definition.Aggregation, period);
    }

    /// <summary>When its lifetime began anew: its last update, or its newest event if that is dated later.</summary>
    public EventTime TouchedAt { get; private set; } = new(long.MinValue);

    public void Fold(in Observation observation, EventTime now)
    {
        if (_window is not null)
        {
            _window.Fold(observation, now);
            Touch(observation.Time > now ? observation.Time : now);
            return;
        }
        if (_definition.IsExpired(TouchedAt, now))
            _lifetime = null;
        (_lifetime ??= _definition.Aggregation.Create()).Fold(observation);
        Touch(now);
    }

    /// <summary>Adds what another profile's state of the same definition has seen.</summary>
    public void Merge(DefinitionState other, EventTime now)
    {
        if (other._lifetime is null ? other._window is null : _definition.IsExpired(other.TouchedAt, now))
            return;
        if (_window is not null)
        {
            _window.Merge(other._window!, now);
        }
        else
        {
            if (_definition.IsExpired(TouchedAt, now))
                _lifetime = null;
            (_lifetime ??= _definition.Aggregation.Create()).Merge(other._lifetime!);
        }
        Touch(other.TouchedAt);
    }

    /// <summary>The value now; missing when nothing was seen, or it has expired or left the window.</summary>
    public AttributeValue Read(EventTime now)
    {
        if (_definition.IsExpired(TouchedAt, now))
            return AttributeValue.Missing;
        var state = _window is null ? _lifetime : _window.Collect(now);
        return state?.Read(new ReadContext(_definition.Type, _definition.Unit, now)) ?? AttributeValue.Missing;
    }

    public void Write(StateWriter writer, EventTime now)
    {
        _window?.DropExpired(now);
        if (_window is not null)
            _window.Write(writer);
        else
            _lifetime!.Write(writer);
    }

    public static DefinitionState Read(DefinitionPlan definition, EventTime touchedAt, ReadOnlySpan<byte> bytes)
    {
        var state = new DefinitionState(definition) { TouchedAt = touchedAt };
        var reader = new StateReader(bytes);
        if (definition.Period is { } period)
            state._window = WindowState.Read(definition.Aggregation, period, ref reader);
        else
            state._lifetime = definition.Aggregation.Read(ref reader);
        reader.ExpectEnd();
        return state;
    }

    private void Touch(EventTime time) => TouchedAt = time > TouchedAt ? time : TouchedAt;
}
