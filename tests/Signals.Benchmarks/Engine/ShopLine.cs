using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Engine;

/// <summary>A line that can be made a new event of a later day, in place: nothing is allocated and nothing else changes.</summary>
internal sealed class ShopLine
{
    private const string DateFormat = "yyyy-MM-dd";

    private readonly int _id;
    private readonly int[] _times;
    private readonly DateOnly[] _dates;

    public ShopLine(byte[] bytes)
    {
        Bytes = bytes;
        var ends = new int[AtomicColumns.Count];
        References.Split(bytes, ends);
        _id = ends[AtomicColumns.EventId - 1] + 1;
        _times = [ends[AtomicColumns.CollectorTstamp - 1] + 1, ends[AtomicColumns.DerivedTstamp - 1] + 1];
        _dates = [.. _times.Select(start => DateOnly.ParseExact(Encoding.UTF8.GetString(bytes, start, DateFormat.Length), DateFormat, CultureInfo.InvariantCulture))];
    }

    public byte[] Bytes { get; }

    /// <summary>Gives it an id of its own, and the dates that it had that many days later.</summary>
    public void Renew(ulong id, int days)
    {
        // The first half of a UUID: 8 digits, a dash, 4, a dash, 4.
        Span<byte> digits = stackalloc byte[16];
        Utf8Formatter.TryFormat(id, digits, out _, new StandardFormat('x', 16));
        var target = Bytes.AsSpan(_id, 18);
        digits[..8].CopyTo(target);
        digits[8..12].CopyTo(target[9..]);
        digits[12..].CopyTo(target[14..]);
        for (var i = 0; i < _times.Length; i++)
            _dates[i].AddDays(days).TryFormat(Bytes.AsSpan(_times[i]), out _, DateFormat, CultureInfo.InvariantCulture);
    }
}
