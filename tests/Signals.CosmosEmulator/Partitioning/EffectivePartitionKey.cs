using System.Globalization;

namespace Signals.CosmosEmulator.Partitioning;

/// <summary>
/// A place in the space that version 2 hashing spreads partition keys over: 126 bits, written as 32 hexadecimal digits.
/// The whole space is from "" (inclusive) to "FF" (exclusive).
/// </summary>
internal readonly record struct EffectivePartitionKey(UInt128 Value) : IComparable<EffectivePartitionKey>
{
    private const int Digits = 32;
    private static readonly UInt128 SpaceSize = UInt128.One << 126;

    public static EffectivePartitionKey Minimum => new(UInt128.Zero);
    public static EffectivePartitionKey Maximum => new(UInt128.MaxValue);

    /// <summary>The key whose binary form (type byte and value) is <paramref name="encoded"/>.</summary>
    public static EffectivePartitionKey Hash(ReadOnlySpan<byte> encoded) => new(MurmurHash3.Hash128(encoded) & (SpaceSize - 1));

    /// <summary>The lower bound of range <paramref name="index"/> when the space is cut into <paramref name="count"/> equal ranges.</summary>
    public static EffectivePartitionKey Cut(int index, int count) =>
        index == 0 ? Minimum : index == count ? Maximum : new(SpaceSize / (UInt128)count * (UInt128)index);

    public static bool TryParse(string text, out EffectivePartitionKey key)
    {
        key = Minimum;
        if (text.Length == 0) return true;
        if (text == "FF")
        {
            key = Maximum;
            return true;
        }

        if (text.Length > Digits) return false;
        var parsed = UInt128.TryParse(text.PadRight(Digits, '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        key = new EffectivePartitionKey(value);
        return parsed;
    }

    public int CompareTo(EffectivePartitionKey other) => Value.CompareTo(other.Value);

    public override string ToString() =>
        this == Minimum ? "" : this == Maximum ? "FF" : Value.ToString("X32", CultureInfo.InvariantCulture);
}
