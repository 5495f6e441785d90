using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Writes the binary form of profile state: variable-length integers, little endian, UTF-8.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    /// <summary>Number of bytes written so far.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>What was written; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    /// <summary>An unsigned number, 1 to 10 bytes.</summary>
    public void Unsigned(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        span[length++] = (byte)value;
        _bytes.Advance(length);
    }

    /// <summary>A signed number, small ones of either sign in few bytes.</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Count(int value) => Unsigned((uint)value);

    public void Time(EventTime value) => Signed(value.UnixMicroseconds);

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var part in bits)
            Unsigned((uint)part);
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(_bytes.GetSpan(16));
        _bytes.Advance(16);
    }

    public void Id(DefinitionId value)
    {
        value.Write(_bytes.GetSpan(DefinitionId.Size));
        _bytes.Advance(DefinitionId.Size);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        _bytes.Write(value);
    }

    public void Raw(ReadOnlySpan<byte> value) => _bytes.Write(value);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Count(length);
        Encoding.UTF8.GetBytes(value, _bytes.GetSpan(length));
        _bytes.Advance(length);
    }

    public void Scalar(in ScalarValue value)
    {
        Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case ScalarKind.Missing:
                break;
            case ScalarKind.Boolean:
                Byte(value.Boolean ? (byte)1 : (byte)0);
                break;
            case ScalarKind.Integer:
                Signed(value.Integer);
                break;
            case ScalarKind.Decimal:
                Decimal(value.Exact);
                break;
            case ScalarKind.Double:
                Double(value.Number);
                break;
            default:
                Text(value.Text);
                break;
        }
    }
}
