using System.Buffers.Binary;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">Every member throws it when the bytes end early or make no sense.</exception>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public byte Byte() => Take(1)[0];

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("Profile state: a number has more than ten bytes.");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count of things that take at least one byte each, so that damaged bytes cannot ask for much memory.</summary>
    public int Count()
    {
        var value = Unsigned();
        return value <= (ulong)_rest.Length ? (int)value : throw Cut();
    }

    public EventTime Time() => new(Signed());

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public decimal Decimal()
    {
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < bits.Length; i++)
            bits[i] = (int)(uint)Unsigned();
        return new decimal(bits);
    }

    public Guid Guid() => new(Take(16));

    public ReadOnlySpan<byte> Bytes() => Take(Count());

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw Cut();
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ScalarValue Scalar()
    {
        var kind = (ScalarKind)Byte();
        return kind switch
        {
            ScalarKind.Missing => default,
            ScalarKind.Boolean => ScalarValue.Of(Byte() != 0),
            ScalarKind.Integer => ScalarValue.Of(Signed()),
            ScalarKind.Decimal => ScalarValue.Of(Decimal()),
            ScalarKind.Double => ScalarValue.Of(Double()),
            ScalarKind.Text => ScalarValue.Of(Text()),
            ScalarKind.Json => ScalarValue.OfJson(Text()),
            _ => throw new InvalidDataException($"Profile state: unknown value kind {kind}."),
        };
    }

    private static InvalidDataException Cut() => new("Profile state is cut short.");
}
