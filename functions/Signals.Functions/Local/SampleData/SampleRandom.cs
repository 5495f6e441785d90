namespace Signals.Functions.Local.SampleData;

/// <summary>Random numbers (SplitMix64) that are the same for the same seed on every machine and in every version.</summary>
internal struct SampleRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for one thing of a kind: the same whenever it is asked for.</summary>
    public static SampleRandom For(int seed, string kind, long index)
    {
        var random = new SampleRandom((ulong)seed);
        foreach (var letter in kind)
            random._state = random.Next() ^ letter;
        random._state = random.Next() ^ (ulong)index;
        return random;
    }

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to below the bound.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    public bool Chance(double probability) => NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Exponentially distributed, as waiting times are.</summary>
    public double Exponential(double mean) => -Math.Log(1 - NextDouble()) * mean;

    /// <summary>A version 4 UUID.</summary>
    public Guid NextGuid()
    {
        var (a, b) = (Next(), Next());
        return new Guid(
            (uint)a, (ushort)(a >> 32), (ushort)(((a >> 48) & 0x0FFF) | 0x4000),
            (byte)((b & 0x3F) | 0x80), (byte)(b >> 8), (byte)(b >> 16), (byte)(b >> 24), (byte)(b >> 32), (byte)(b >> 40), (byte)(b >> 48), (byte)(b >> 56));
    }
}
