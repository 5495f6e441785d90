namespace Signals.Engine.Attributes;

/// <summary>
/// <c>approx_count_distinct</c>: exact up to 256 distinct values (their 64-bit hashes are kept), a HyperLogLog with a standard
/// error of 0.81 % beyond.
/// </summary>
internal sealed class DistinctCountState : AggregationState
{
    private const int MaxExact = 256;

    private readonly HashSet<ulong> _hashes = [];
    private HyperLogLog? _sketch;

    public override void Fold(in Observation observation) => Take(ValueHash.Of(observation.Value.ToString()));

    public override void Merge(AggregationState other)
    {
        var distinct = (DistinctCountState)other;
        foreach (var hash in distinct._hashes)
            Take(hash);
        if (distinct._sketch is null)
            return;
        Sketch().Merge(distinct._sketch);
    }

    public override AttributeValue Read(in ReadContext context) =>
        NumericResult.Of(context.Type, ScalarValue.Of(_sketch?.Estimate() ?? _hashes.Count));

    public override void Write(StateWriter writer)
    {
        writer.Byte(_sketch is null ? (byte)0 : (byte)1);
        if (_sketch is not null)
        {
            _sketch.Write(writer);
            return;
        }
        writer.Count(_hashes.Count);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        foreach (var hash in _hashes)
        {
            BitConverter.TryWriteBytes(bytes, hash);
            writer.Raw(bytes);
        }
    }

    public static AggregationState ReadState(ref StateReader reader)
    {
        var state = new DistinctCountState();
        if (reader.Byte() != 0)
        {
            state._sketch = HyperLogLog.Read(ref reader);
            return state;
        }
        for (var count = reader.Count(); count > 0; count--)
            state._hashes.Add(BitConverter.ToUInt64(reader.Take(sizeof(ulong))));
        return state;
    }

    private void Take(ulong hash)
    {
        if (_sketch is not null)
            _sketch.Add(hash);
        else if (_hashes.Add(hash) && _hashes.Count > MaxExact)
            Sketch();
    }

    private HyperLogLog Sketch()
    {
        if (_sketch is not null)
            return _sketch;
        _sketch = new HyperLogLog();
        foreach (var hash in _hashes)
            _sketch.Add(hash);
        _hashes.Clear();
        return _sketch;
    }
}
