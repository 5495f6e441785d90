namespace Signals.Engine.Attributes;

/// <summary><c>min</c> (sign -1) and <c>max</c> (sign 1): the extreme number.</summary>
internal sealed class ExtremeState(int sign) : AggregationState
{
    private ScalarValue _extreme;

    public override void Fold(in Observation observation) => Take(observation.Value);

    public override void Merge(AggregationState other) => Take(((ExtremeState)other)._extreme);

    public override AttributeValue Read(in ReadContext context) => NumericResult.Of(context.Type, _extreme);

    public override void Write(StateWriter writer) => writer.Scalar(_extreme);

    public static AggregationState ReadState(ref StateReader reader, int sign) => new ExtremeState(sign) { _extreme = reader.Number() };

    private void Take(in ScalarValue number)
    {
        if (number.IsMissing)
            return;
        if (_extreme.IsMissing || (Comparison.TryCompare(number, _extreme, out var comparison) && comparison * sign > 0))
            _extreme = number;
    }
}
