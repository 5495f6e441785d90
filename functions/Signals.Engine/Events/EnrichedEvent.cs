namespace Signals.Engine.Events;

/// <summary>One enriched line, read in place: the bytes of the line and where its columns end. Nothing is copied.</summary>
public readonly ref struct EnrichedEvent
{
    private readonly ReadOnlySpan<int> _ends;

    internal EnrichedEvent(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends)
    {
        Line = line;
        _ends = ends;
    }

    /// <summary>The whole line.</summary>
    public ReadOnlySpan<byte> Line { get; }

    /// <summary>The bytes of a column; empty when it is null.</summary>
    public ReadOnlySpan<byte> this[int column] => Line[StartOf(column).._ends[column]];

    /// <summary>Offset in the line of the first byte of a column.</summary>
    public int StartOf(int column) => column == 0 ? 0 : _ends[column - 1] + 1;

    /// <summary>Length of a column in bytes.</summary>
    public int LengthOf(int column) => _ends[column] - StartOf(column);
}
