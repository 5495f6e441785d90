using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>The place of an item from its creation to its deletion; its versions come and go.</summary>
internal sealed class ItemSlot(Container container, PartitionKeyValue partitionKey, string id, ulong number)
{
    private string? _resourceId;

    public Container Container => container;
    public PartitionKeyValue PartitionKey => partitionKey;
    public string Id => id;

    /// <summary>Grows with creation, so that slots in creation order are in the order of their resource ids.</summary>
    public ulong Number => number;

    public string ResourceId => _resourceId ??= Store.ResourceId.OfItem(container.Number, number);

    public StoredItem? Current { get; set; }
}
