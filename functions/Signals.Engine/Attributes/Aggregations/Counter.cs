using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary><c>counter</c>: the number of matching events.</summary>
internal sealed class CounterState : AggregationState
{
    private long _count;

    public override void Fold(in Observation observation) => _count++;

    public override void Merge(AggregationState other) => _count += ((CounterState)other)._count;

    public override AttributeValue Read(in ReadContext context) => NumericResult.Of(context.Type, ScalarValue.Of(_count));

    public override void Write(StateWriter writer) => writer.Signed(_count);

    public static AggregationState ReadState(ref StateReader reader) => new CounterState { _count = reader.Signed() };
}

/// <summary>Fits the numeric result of an aggregation into the attribute's type.</summary>
internal static class NumericResult
{
    public static AttributeValue Of(AttributeType type, in ScalarValue number) => AttributeValue.Of(type, ValueCoercion.Coerce(number, type));
}
