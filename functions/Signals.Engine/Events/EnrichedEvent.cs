using System.Buffers.Text;
using System.Text.Unicode;

namespace Signals.Engine.Events;

/// <summary>One enriched line, read in place: the bytes of the line and where its columns end. Nothing is copied.</summary>
public readonly ref struct EnrichedEvent
{
    /// <summary>Enough scratch for <see cref="TypeKey"/> of any event whose vendor and name are of a sensible length.</summary>
    public const int TypeKeyScratch = 512;

    private readonly ReadOnlySpan<int> _ends;

    internal EnrichedEvent(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends)
    {
        Line = line;
        _ends = ends;
    }

    /// <summary>The whole line.</summary>
    public ReadOnlySpan<byte> Line { get; }

    /// <summary>When the event happened: <c>derived_tstamp</c>, or <c>collector_tstamp</c> when that is empty.</summary>
    public EventTime Time => TimeOf(LengthOf(AtomicColumns.DerivedTstamp) > 0 ? AtomicColumns.DerivedTstamp : AtomicColumns.CollectorTstamp);

    /// <summary>When the collector received the event: <c>collector_tstamp</c>.</summary>
    public EventTime CollectorTime => TimeOf(AtomicColumns.CollectorTstamp);

    /// <summary>The <c>event_id</c>.</summary>
    public Guid EventId => Utf8Parser.TryParse(this[AtomicColumns.EventId], out Guid id, out _, 'D') ? id : default;

    /// <summary>The bytes of a column; empty when it is null.</summary>
    public ReadOnlySpan<byte> this[int column] => Line[StartOf(column).._ends[column]];

    /// <summary>Offset in the line of the first byte of a column.</summary>
    public int StartOf(int column) => column == 0 ? 0 : _ends[column - 1] + 1;

    /// <summary>Length of a column in bytes.</summary>
    public int LengthOf(int column) => _ends[column] - StartOf(column);

    /// <summary>
    /// Splits a line and checks every column (spec enriched-events, sections 2 and 16). False when it is not an enriched event;
    /// <see cref="Explain"/> then says why. Of a JSON column only the outer braces are looked at here. A line that was read is
    /// valid UTF-8. Allocates nothing.
    /// </summary>
    /// <param name="line">The line without its line end.</param>
    /// <param name="ends">Room for <see cref="AtomicColumns.Count"/> numbers, owned by the caller; the event refers to it.</param>
    /// <param name="enriched">The event; valid as long as the line and <paramref name="ends"/> stay unchanged.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, Span<int> ends, out EnrichedEvent enriched)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ends.Length, AtomicColumns.Count, nameof(ends));
        if (LineSplitter.TrySplit(line, ends, out var ascii)
            && ColumnChecks.Pass(line, ends)
            && (ascii || Utf8.IsValid(line)))
        {
            enriched = new EnrichedEvent(line, ends);
            return true;
        }
        enriched = default;
        return false;
    }

    /// <summary>Says why a line is not an enriched event, with all column errors; also reads the JSON columns, which <see cref="TryRead"/> does not.</summary>
    public static LineFailure Explain(ReadOnlySpan<byte> line) => LineExplanation.Of(line);

    /// <summary>
    /// The type of the event as <c>vendor TAB name TAB format TAB version</c>. Normally a slice of the line. When
    /// <c>event_vendor</c> is empty the four are derived from <c>event</c>, for a self-describing event from the schema of its
    /// payload (spec enriched-events, section 5); what cannot be derived stays as the line has it.
    /// </summary>
    /// <param name="scratch">Room for a derived key; <see cref="TypeKeyScratch"/> bytes are enough.</param>
    public ReadOnlySpan<byte> TypeKey(Span<byte> scratch)
    {
        var key = Line[StartOf(AtomicColumns.EventVendor).._ends[AtomicColumns.EventVersion]];
        if (key[0] != '\t')
            return key;
        var kind = this[AtomicColumns.Event];
        if (kind.SequenceEqual("unstruct"u8))
            return EventTypeKey.TryOfPayload(Line, StartOf(AtomicColumns.UnstructEvent), _ends[AtomicColumns.UnstructEvent], scratch, out var derived)
                ? derived
                : key;
        var builtIn = EventTypeKey.OfBuiltIn(kind);
        return builtIn.IsEmpty ? key : builtIn;
    }

    private EventTime TimeOf(int column) => EventTime.TryParse(this[column], out var time) ? time : default;
}
