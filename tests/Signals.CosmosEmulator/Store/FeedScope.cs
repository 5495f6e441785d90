using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>The items that a query or a feed is about: one partition key, a range, or a part of a range.</summary>
internal sealed record FeedScope(Container Container, PartitionRange Range)
{
    public PartitionKeyValue? Key { get; init; }

    /// <summary>The part of the range, from (inclusive) and to (exclusive); null for all of it.</summary>
    public (EffectivePartitionKey From, EffectivePartitionKey To)? Part { get; init; }

    /// <summary>The items in the order of their creation. Call under the lock of the range.</summary>
    public IEnumerable<ItemSlot> Slots(ulong after)
    {
        var log = Key is { } key ? Range.Find(key)?.ByCreation : Range.ByCreation;
        return log is null ? [] : log.After(after).Select(static entry => entry.Slot).Where(Contains);
    }

    /// <summary>What was committed after a commit, in that order. Call under the lock of the range.</summary>
    public IEnumerable<StoredItem> Commits(ulong after) => Range.ByCommit.After(after)
        .Where(entry => (Key is not { } key || entry.Slot.PartitionKey == key) && Contains(entry.Slot))
        .Select(static entry => entry.Slot.Current!);

    private bool Contains(ItemSlot slot) => Part is not var (from, to)
        || (slot.PartitionKey.Hash() is var place && from.CompareTo(place) <= 0 && place.CompareTo(to) < 0);
}
