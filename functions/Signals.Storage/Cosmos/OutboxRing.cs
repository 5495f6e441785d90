using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The newest entries as the change feed brought them: without gaps after <see cref="CoveredAfter"/>, up to a bound in bytes. Not for
/// several threads at once.
/// </summary>
internal sealed class OutboxRing(int maxBytes)
{
    /// <summary>What an entry takes in memory besides its texts.</summary>
    private const int EntryBytes = 500;

    private readonly List<OutboxEntry> _entries = [];
    private long _bytes;

    /// <summary>Every entry after this sequence number is here, but for those that the feed has not brought yet.</summary>
    public long CoveredAfter { get; private set; } = long.MaxValue;

    /// <summary>Sequence number of the newest entry that was here; 0 when there was none.</summary>
    public long End { get; private set; }

    /// <summary>Adds the entries of a page, in order. Entries that are here already are left out.</summary>
    public void Add(IEnumerable<OutboxEntry> entries)
    {
        foreach (var entry in entries.Where(entry => entry.Sequence > End))
        {
            CoveredAfter = Math.Min(CoveredAfter, entry.Sequence - 1);
            End = entry.Sequence;
            _entries.Add(entry);
            _bytes += SizeOf(entry);
        }
    }

    /// <summary>Takes a forgotten entry out.</summary>
    public void Forget(long sequence)
    {
        var place = FirstAfter(sequence - 1);
        if (place == _entries.Count || _entries[place].Sequence != sequence)
            return;
        _bytes -= SizeOf(_entries[place]);
        _entries.RemoveAt(place);
    }

    /// <summary>Drops the oldest entries while there are too many bytes, and those that were decided before an instant.</summary>
    public void Trim(DateTimeOffset oldest)
    {
        var drop = 0;
        while (drop < _entries.Count && (_bytes > maxBytes || _entries[drop].Message.DecidedAt < oldest))
        {
            CoveredAfter = _entries[drop].Sequence;
            _bytes -= SizeOf(_entries[drop++]);
        }
        _entries.RemoveRange(0, drop);
    }

    /// <summary>Whether an entry after a sequence number is here.</summary>
    public bool HasAfter(long sequence) => _entries.Count > 0 && _entries[^1].Sequence > sequence;

    /// <summary>The entries after a sequence number, at most so many; empty when there is none, or when some may be missing here.</summary>
    public IReadOnlyList<OutboxEntry> Read(long afterSequence, int limit)
    {
        if (afterSequence < CoveredAfter)
            return [];
        var first = FirstAfter(afterSequence);
        return _entries.GetRange(first, Math.Min(limit, _entries.Count - first));
    }

    private int FirstAfter(long sequence)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Sequence > sequence)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static int SizeOf(OutboxEntry entry) =>
        EntryBytes + entry.Message.Attributes.Sum(static attribute => 2 * (attribute.Key.Length + attribute.Value.Length));
}
