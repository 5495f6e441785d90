using System.Buffers.Binary;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">Every member throws it when the bytes end early or make no sense.</exception>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

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
        throw Nonsense("a number of more than ten bytes");
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
        const uint signAndScale = 0x80FF_0000;
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < bits.Length; i++)
            bits[i] = (int)(uint)Unsigned();
        var flags = (uint)bits[3];
        return (flags & ~signAndScale) == 0 && ((flags >> 16) & 0xFF) <= 28 ? new decimal(bits) : throw Nonsense("a decimal");
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
            ScalarKind.Json => ScalarValue.OfJson(Json()),
            _ => throw Nonsense($"value kind {kind}"),
        };
    }

    /// <summary>A number of any kind.</summary>
    public ScalarValue Number() => Scalar() is { IsNumber: true } number ? number : throw Nonsense("a value that should be a number");

    /// <summary>The text of one JSON value.</summary>
    public string Json()
    {
        var utf8 = Bytes();
        return JsonText.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Nonsense("JSON");
    }

    /// <summary>A count of things of which there is at least one.</summary>
    public int CountFromOne() => Count() is var count and > 0 ? count : throw Nonsense("a count of zero");

    /// <summary>Checks that nothing is left.</summary>
    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
            throw Nonsense($"{_rest.Length} bytes after the end");
    }

    /// <summary>To be thrown when what was read makes no sense.</summary>
    public static InvalidDataException Nonsense(string what) => new($"Profile state is damaged: {what}.");

    private static InvalidDataException Cut() => Nonsense("it is cut short");
}
