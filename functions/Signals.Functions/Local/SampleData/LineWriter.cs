using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>Writes the columns of a line from left to right into one reused buffer.</summary>
internal sealed class LineWriter
{
    private byte[] _bytes = new byte[16 * 1024];
    private int _length;
    private int _column;

    public ReadOnlySpan<byte> Line => _bytes.AsSpan(0, _length);

    public void Begin() => (_length, _column) = (0, 0);

    /// <summary>Goes to a column: to the right of where it stands, or the same.</summary>
    public LineWriter At(int column)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(column, _column);
        var tabs = column - _column;
        Room(tabs).Fill((byte)'\t');
        _length += tabs;
        _column = column;
        return this;
    }

    public LineWriter Text(string text)
    {
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length), exact: false));
        return this;
    }

    public LineWriter Utf8(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        _length += text.Length;
        return this;
    }

    public LineWriter Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20, exact: false), out var written);
        _length += written;
        return this;
    }

    public LineWriter Uuid(Guid value)
    {
        value.TryFormat(Room(36), out var written);
        _length += written;
        return this;
    }

    public LineWriter Hex(ulong value)
    {
        value.TryFormat(Room(16), out var written, "x16", CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>A timestamp with milliseconds, as Enrich writes it.</summary>
    public LineWriter Time(EventTime time)
    {
        time.ToDateTimeOffset().UtcDateTime.TryFormat(Room(23), out var written, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    private Span<byte> Room(int size, bool exact = true)
    {
        if (_bytes.Length - _length < size)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        return exact ? _bytes.AsSpan(_length, size) : _bytes.AsSpan(_length);
    }
}
