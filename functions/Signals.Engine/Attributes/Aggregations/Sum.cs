namespace Signals.Engine.Attributes;

/// <summary><c>sum</c>: the sum of the numbers.</summary>
internal sealed class SumState : AggregationState
{
    private ExactSum _sum;

    public override void Fold(in Observation observation) => _sum.Add(observation.Value);

    public override void Merge(AggregationState other) => _sum.Add(((SumState)other)._sum);

    public override AttributeValue Read(in ReadContext context) => NumericResult.Of(context.Type, _sum.Total);

    public override void Write(StateWriter writer) => _sum.Write(writer);

    public static AggregationState ReadState(ref StateReader reader) => new SumState { _sum = ExactSum.Read(ref reader) };
}

/// <summary>
/// A sum that does not depend on the order of its members: numbers are added as decimals, exactly, and only those beyond the
/// range of a decimal as doubles.
/// </summary>
internal struct ExactSum
{
    /// <summary>Where the exact part is handed over to the double part, so that it never overflows.</summary>
    private const decimal ExactLimit = 10_000_000_000_000_000_000_000_000_000m;

    private decimal _exact;
    private double _rest;

    public readonly ScalarValue Total => _rest == 0 ? ScalarValue.Of(_exact) : ScalarValue.Of((double)_exact + _rest);

    public void Add(in ScalarValue number)
    {
        if (number.Kind == ScalarKind.Double)
            _rest += number.Number;
        else
            AddExact(number.Exact);
    }

    public void Add(in ExactSum other)
    {
        AddExact(other._exact);
        _rest += other._rest;
    }

    public readonly void Write(StateWriter writer)
    {
        writer.Scalar(ScalarValue.Of(_exact));
        writer.Byte(_rest == 0 ? (byte)0 : (byte)1);
        if (_rest != 0)
            writer.Double(_rest);
    }

    public static ExactSum Read(ref StateReader reader) =>
        new() { _exact = ReadExact(ref reader), _rest = reader.Byte() == 0 ? 0 : reader.Double() };

    private static decimal ReadExact(ref StateReader reader) =>
        reader.Number() is { Kind: not ScalarKind.Double } number && Math.Abs(number.Exact) < ExactLimit
            ? number.Exact
            : throw StateReader.Nonsense("a sum beyond its range");

    private void AddExact(decimal number)
    {
        _exact += number;
        if (Math.Abs(_exact) < ExactLimit)
            return;
        _rest += (double)_exact;
        _exact = 0;
    }
}
