using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Per log partition the highest sequence number already folded into a profile: what is at or below it is not folded again.</summary>
internal sealed class PartitionMarks
{
    private readonly List<LogPosition> _marks = [];

    /// <summary>Moves the mark of a partition up to a position. False when it is already there or beyond.</summary>
    public bool TryAdvance(LogPosition position)
    {
        for (var i = 0; i < _marks.Count; i++)
        {
            if (_marks[i].Partition != position.Partition)
                continue;
            if (_marks[i].Sequence >= position.Sequence)
                return false;
            _marks[i] = position;
            return true;
        }
        _marks.Add(position);
        return true;
    }

    /// <summary>Moves the marks up to others.</summary>
    public void Advance(PartitionMarks other)
    {
        foreach (var mark in other._marks)
            TryAdvance(mark);
    }

    /// <summary>Whether the mark of the partition is at a position or beyond.</summary>
    public bool Covers(LogPosition position)
    {
        foreach (var mark in _marks)
            if (mark.Partition == position.Partition)
                return mark.Sequence >= position.Sequence;
        return false;
    }

    /// <summary>The mark of a partition; lower than any sequence number when there is none.</summary>
    public long Of(int partition)
    {
        foreach (var mark in _marks)
            if (mark.Partition == partition)
                return mark.Sequence;
        return long.MinValue;
    }

    public void Write(StateWriter writer)
    {
        writer.Count(_marks.Count);
        foreach (var mark in _marks)
        {
            writer.Count(mark.Partition);
            writer.Signed(mark.Sequence);
        }
    }

    public static PartitionMarks Read(ref StateReader reader)
    {
        var marks = new PartitionMarks();
        for (var count = reader.Count(); count > 0; count--)
            marks._marks.Add(new LogPosition((int)reader.Unsigned(), reader.Signed()));
        return marks;
    }
}
