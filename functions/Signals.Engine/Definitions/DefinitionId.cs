using System.Buffers.Binary;
using System.Globalization;

namespace Signals.Engine.Definitions;

/// <summary>
/// Names a stored value by what it means: the first 128 bits of the SHA-256 of spec signals-api 7.2. Equal definitions in
/// several groups or versions have the same id, and so share one value per identifier.
/// </summary>
/// <param name="Value">The 128 bits, the first byte of the hash being the most significant.</param>
public readonly record struct DefinitionId(UInt128 Value) : IComparable<DefinitionId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    /// <summary>Reads an id from its 16 bytes.</summary>
    public static DefinitionId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the 16 bytes of the id.</summary>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    /// <inheritdoc />
    public int CompareTo(DefinitionId other) => Value.CompareTo(other.Value);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
