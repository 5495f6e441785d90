namespace Signals.CosmosEmulator.Store;

/// <summary>
/// Versions in the order of a growing number (creation or commit). Entries that no longer hold are skipped, and swept out when
/// they are the greater part, so that a log is at most twice as long as what it holds.
/// </summary>
internal sealed class SlotLog(Func<SlotLog.Entry, bool> holds)
{
    private const int SmallestSweep = 64;
    private readonly List<Entry> _entries = [];
    private int _sweepAt = SmallestSweep;

    public readonly record struct Entry(ulong Number, ItemSlot Slot);

    public void Add(ulong number, ItemSlot slot)
    {
        if (_entries.Count >= _sweepAt)
        {
            _entries.RemoveAll(entry => !holds(entry));
            _sweepAt = Math.Max(SmallestSweep, _entries.Count * 2);
        }

        _entries.Add(new Entry(number, slot));
    }

    /// <summary>What still holds, above a number.</summary>
    public IEnumerable<Entry> After(ulong number)
    {
        for (var index = FirstAfter(number); index < _entries.Count; index++)
        {
            if (holds(_entries[index])) yield return _entries[index];
        }
    }

    private int FirstAfter(ulong number)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Number <= number) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
