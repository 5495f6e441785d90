using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Writes the parts of a stored item: variable-length integers, big endian ids, UTF-8.</summary>
internal readonly ref struct ItemWriter(IBufferWriter<byte> output)
{
    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void Unsigned(ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[length++] = (byte)value;
        output.Advance(length);
    }

    public void Count(int value) => Unsigned((uint)value);

    public void Time(EventTime time) => Unsigned((ulong)(time.UnixMicroseconds << 1 ^ time.UnixMicroseconds >> 63));

    public void Pair(ulong high, ulong low)
    {
        var span = output.GetSpan(16);
        BinaryPrimitives.WriteUInt64BigEndian(span, high);
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], low);
        output.Advance(16);
    }

    public void Id(SnowplowId id) => Pair(id.High, id.Low);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Count(length);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>The id of an event: a UUID in lower case takes 17 bytes, any other text one more than its length.</summary>
    public void EventId(string value)
    {
        if (!Guid.TryParseExact(value, "D", out var uuid) || uuid.ToString() != value)
        {
            Text(value);
            return;
        }
        Unsigned(ItemReader.UuidMark);
        uuid.TryWriteBytes(output.GetSpan(16), bigEndian: true, out var written);
        output.Advance(written);
    }
}

/// <summary>Reads what <see cref="ItemWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">Every member throws it when the bytes end early or make no sense.</exception>
internal ref struct ItemReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Stands in the place of a length; no text is as long.</summary>
    public const uint UuidMark = 0xFFFF;

    private ReadOnlySpan<byte> _rest = bytes;

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
        throw Damaged("a number of more than ten bytes");
    }

    public int Number() => Unsigned() is var value and <= int.MaxValue ? (int)value : throw Damaged("a number that is too large");

    /// <summary>A count of things that take at least one byte each, so that damaged bytes cannot ask for much memory.</summary>
    public int Count() => Unsigned() is var value && value <= (ulong)_rest.Length ? (int)value : throw Damaged("it is cut short");

    public EventTime Time()
    {
        var value = Unsigned();
        return new EventTime((long)(value >> 1) ^ -(long)(value & 1));
    }

    public SnowplowId Id() => SnowplowId.FromBytes(Take(16));

    public IdentityItemKey Key(IdentityItemKind kind)
    {
        var halves = Id();
        return new IdentityItemKey(kind, halves.High, halves.Low);
    }

    public string Text() => Encoding.UTF8.GetString(Take(Count()));

    public string EventId()
    {
        var length = Unsigned();
        if (length == UuidMark)
            return new Guid(Take(16), bigEndian: true).ToString();
        return length <= (ulong)_rest.Length ? Encoding.UTF8.GetString(Take((int)length)) : throw Damaged("it is cut short");
    }

    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
            throw Damaged($"{_rest.Length} bytes after the end");
    }

    public static InvalidDataException Damaged(string what) => new($"An item of the identity store is damaged: {what}.");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw Damaged("it is cut short");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
