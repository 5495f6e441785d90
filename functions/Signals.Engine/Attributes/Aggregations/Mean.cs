namespace Signals.Engine.Attributes;

/// <summary><c>mean</c>: sum divided by count.</summary>
internal sealed class MeanState : AggregationState
{
    private ExactSum _sum;
    private long _count;

    public override void Fold(in Observation observation)
    {
        _sum.Add(observation.Value);
        _count++;
    }

    public override void Merge(AggregationState other)
    {
        _sum.Add(((MeanState)other)._sum);
        _count += ((MeanState)other)._count;
    }

    public override AttributeValue Read(in ReadContext context)
    {
        var total = _sum.Total;
        if (total.IsMissing)
            return AttributeValue.Missing;
        var mean = total.Kind == ScalarKind.Double ? ScalarValue.Of(total.Number / _count) : ScalarValue.Of(total.Exact / _count);
        return NumericResult.Of(context.Type, mean);
    }

    public override void Write(StateWriter writer)
    {
        _sum.Write(writer);
        writer.Unsigned((ulong)_count);
    }

    public static AggregationState ReadState(ref StateReader reader) =>
        new MeanState
        {
            _sum = ExactSum.Read(ref reader),
            _count = reader.Unsigned() is var count and > 0 and <= long.MaxValue ? (long)count : throw StateReader.Nonsense("a mean of nothing"),
        };
}
