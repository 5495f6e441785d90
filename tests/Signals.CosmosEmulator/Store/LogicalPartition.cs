using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>All items of one partition key.</summary>
internal sealed class LogicalPartition(PartitionKeyValue key)
{
    private readonly Dictionary<string, ItemSlot> _slots = new(StringComparer.Ordinal);

    public PartitionKeyValue Key => key;
    public EffectivePartitionKey Place { get; } = key.Hash();
    public SlotLog ByCreation { get; } = new(static entry => entry.Slot.Current is not null);
    public int Count => _slots.Count;

    public ItemSlot? Find(string id) => _slots.GetValueOrDefault(id);

    public void Add(ItemSlot slot)
    {
        _slots[slot.Id] = slot;
        ByCreation.Add(slot.Number, slot);
    }

    public void Remove(ItemSlot slot)
    {
        slot.Current = null;
        _slots.Remove(slot.Id);
    }

    /// <summary>Takes out what expired; the number of bytes it took.</summary>
    public long RemoveExpired(long now)
    {
        var bytes = 0L;
        foreach (var slot in _slots.Values)
        {
            if (slot.Current!.IsAlive(now)) continue;
            bytes += slot.Current.Body.Length;
            Remove(slot);
        }

        return bytes;
    }
}
