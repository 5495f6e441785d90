using System.Numerics;
using System.Runtime.InteropServices;

namespace Signals.Engine.Attributes;

/// <summary>
/// HyperLogLog with 2^14 registers (Flajolet et al. 2007), with the bias-free estimator for 64-bit hashes of Ertl,
/// "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6.
/// </summary>
internal sealed class HyperLogLog
{
    private const int Precision = 14;
    private const int Registers = 1 << Precision;
    private const int MaxRank = 64 - Precision;
    private const double AlphaInfinity = 0.721347520444481703680;

    private readonly byte[] _ranks = new byte[Registers];

    public void Add(ulong hash)
    {
        var register = (int)(hash >> (64 - Precision));
        var rank = (byte)(Math.Min(BitOperations.LeadingZeroCount(hash << Precision), MaxRank) + 1);
        if (_ranks[register] < rank)
            _ranks[register] = rank;
    }

    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < Registers; i++)
            _ranks[i] = Math.Max(_ranks[i], other._ranks[i]);
    }

    public long Estimate()
    {
        Span<int> histogram = stackalloc int[MaxRank + 2];
        histogram.Clear();
        foreach (var rank in _ranks)
            histogram[rank]++;
        var z = Registers * Tau((Registers - histogram[MaxRank + 1]) / (double)Registers);
        for (var rank = MaxRank; rank >= 1; rank--)
            z = 0.5 * (z + histogram[rank]);
        z += Registers * Sigma(histogram[0] / (double)Registers);
        return (long)Math.Round(AlphaInfinity * Registers * Registers / z);
    }

    /// <summary>Registers that are set, as (distance, rank) pairs; all of them as one block when that is shorter.</summary>
    public void Write(StateWriter writer)
    {
        var set = Registers - MemoryMarshal.AsBytes(_ranks.AsSpan()).Count((byte)0);
        writer.Count(set);
        if (set > Registers / 3)
        {
            writer.Raw(_ranks);
            return;
        }
        var previous = 0;
        for (var i = 0; i < Registers; i++)
        {
            if (_ranks[i] == 0)
                continue;
            writer.Unsigned((uint)(i - previous));
            writer.Byte(_ranks[i]);
            previous = i;
        }
    }

    public static HyperLogLog Read(ref StateReader reader)
    {
        var sketch = new HyperLogLog();
        var set = reader.Count();
        if (set > Registers / 3)
        {
            reader.Take(Registers).CopyTo(sketch._ranks);
            return sketch._ranks.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(MaxRank + 1)) < 0 ? sketch : throw StateReader.Nonsense("a rank");
        }
        for (var i = 0L; set > 0; set--)
        {
            i += (long)reader.Unsigned();
            if (i is < 0 or >= Registers)
                throw StateReader.Nonsense($"register {i} of {Registers}");
            sketch._ranks[i] = reader.Byte() is var rank && rank <= MaxRank + 1 ? rank : throw StateReader.Nonsense($"rank {rank}");
        }
        return sketch;
    }

    private static double Sigma(double x)
    {
        if (x == 1)
            return double.PositiveInfinity;
        double y = 1, z = x, previous;
        do
        {
            x *= x;
            previous = z;
            z += x * y;
            y += y;
        }
        while (z != previous);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1)
            return 0;
        double y = 1, z = 1 - x, previous;
        do
        {
            x = Math.Sqrt(x);
            previous = z;
            y *= 0.5;
            z -= Math.Pow(1 - x, 2) * y;
        }
        while (z != previous);
        return z / 3;
    }
}
