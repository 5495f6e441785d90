using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>Spoils a good line in one of the ways that lines are spoiled in practice. No reader can read the result.</summary>
internal sealed class MalformedLine
{
    private byte[] _bytes = new byte[16 * 1024];

    public ReadOnlySpan<byte> Spoil(ReadOnlySpan<byte> line, ref SampleRandom random) => random.Below(6) switch
    {
        0 => line[..EndOf(line, random.Below(AtomicColumns.Count - 1))],
        1 => Replace(line, line.Length, line.Length, "\tone column too many"u8),
        2 => ReplaceColumn(line, AtomicColumns.CollectorTstamp, "yesterday"u8),
        3 => ReplaceColumn(line, AtomicColumns.EventId, "not-a-uuid"u8),
        4 => ReplaceColumn(line, AtomicColumns.VEtl, default),
        _ => "### collector restarted, 0 events lost ###"u8,
    };

    private ReadOnlySpan<byte> ReplaceColumn(ReadOnlySpan<byte> line, int column, ReadOnlySpan<byte> value)
    {
        var end = EndOf(line, column);
        var start = column == 0 ? 0 : EndOf(line, column - 1) + 1;
        return Replace(line, start, end, value);
    }

    private ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> line, int start, int end, ReadOnlySpan<byte> value)
    {
        var length = line.Length - (end - start) + value.Length;
        if (_bytes.Length < length)
            _bytes = new byte[length * 2];
        line[..start].CopyTo(_bytes);
        value.CopyTo(_bytes.AsSpan(start));
        line[end..].CopyTo(_bytes.AsSpan(start + value.Length));
        return _bytes.AsSpan(0, length);
    }

    /// <summary>Offset of the tab that ends a column.</summary>
    private static int EndOf(ReadOnlySpan<byte> line, int column)
    {
        var end = -1;
        for (var i = 0; i <= column; i++)
        {
            var next = line[(end + 1)..].IndexOf((byte)'\t');
            end = next < 0 ? line.Length : end + 1 + next;
        }
        return end;
    }
}
