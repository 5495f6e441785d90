using System.Runtime.InteropServices;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The newest entries, without gaps after <see cref="CoveredAfter"/>, up to a bound in bytes: those that there were at the beginning, and what
/// the change feed has brought since. Not for several threads at once.
/// </summary>
internal sealed class OutboxRing(int maxBytes)
{
    /// <summary>What an entry takes in memory besides its texts.</summary>
    private const int EntryBytes = 500;

    private readonly List<OutboxEntry> _entries = [];
    private readonly Dictionary<string, List<OutboxEntry>> _byTarget = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Every entry after this sequence number is here, but for those that the feed has not brought yet.</summary>
    public long CoveredAfter { get; private set; } = long.MaxValue;

    /// <summary>Sequence number of the newest entry that was here; 0 when there was none.</summary>
    public long End { get; private set; }

    /// <summary>Begins with the newest entries that there are, in order; they are all after a sequence number.</summary>
    public void Begin(long coveredAfter, IEnumerable<OutboxEntry> newest)
    {
        CoveredAfter = coveredAfter;
        Add(newest);
    }

    /// <summary>Adds the entries of a page, in order. Entries that are here already are left out.</summary>
    public void Add(IEnumerable<OutboxEntry> entries)
    {
        foreach (var entry in entries.Where(entry => entry.Sequence > End))
        {
            End = entry.Sequence;
            _entries.Add(entry);
            _bytes += SizeOf(entry);
            ref var ofTarget = ref CollectionsMarshal.GetValueRefOrAddDefault(_byTarget, TargetHash.Of(entry.Message.Target), out _);
            (ofTarget ??= []).Add(entry);
        }
    }

    /// <summary>Takes a forgotten entry out.</summary>
    public void Forget(long sequence)
    {
        var place = FirstAfter(_entries, sequence - 1);
        if (place == _entries.Count || _entries[place].Sequence != sequence)
            return;
        Leave(_entries[place]);
        _entries.RemoveAt(place);
    }

    /// <summary>Drops the oldest entries while there are too many bytes, and those that were decided before an instant.</summary>
    public void Trim(DateTimeOffset oldest)
    {
        var drop = 0;
        while (drop < _entries.Count && (_bytes > maxBytes || _entries[drop].Message.DecidedAt < oldest))
        {
            CoveredAfter = _entries[drop].Sequence;
            Leave(_entries[drop++]);
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
        var first = FirstAfter(_entries, afterSequence);
        return _entries.GetRange(first, Math.Min(limit, _entries.Count - first));
    }

    /// <summary>The entries for some targets after a sequence number, in order, at most so many; null when some may be missing here.</summary>
    public IReadOnlyList<OutboxEntry>? ReadForTargets(IEnumerable<string> targetHashes, long afterSequence, int limit)
    {
        if (afterSequence < CoveredAfter)
            return null;
        var found = new List<OutboxEntry>();
        foreach (var hash in targetHashes)
        {
            if (!_byTarget.TryGetValue(hash, out var ofTarget))
                continue;
            var first = FirstAfter(ofTarget, afterSequence);
            found.AddRange(ofTarget.GetRange(first, Math.Min(limit, ofTarget.Count - first)));
        }
        return [.. found.OrderBy(static entry => entry.Sequence).Take(limit)];
    }

    private void Leave(OutboxEntry entry)
    {
        _bytes -= SizeOf(entry);
        var hash = TargetHash.Of(entry.Message.Target);
        var ofTarget = _byTarget[hash];
        ofTarget.Remove(entry);
        if (ofTarget.Count == 0)
            _byTarget.Remove(hash);
    }

    private static int FirstAfter(List<OutboxEntry> entries, long sequence)
    {
        var (low, high) = (0, entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].Sequence > sequence)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static int SizeOf(OutboxEntry entry) =>
        EntryBytes + entry.Message.Attributes.Sum(static attribute => 2 * (attribute.Key.Length + attribute.Value.Length));
}
