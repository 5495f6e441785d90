using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>
/// Operations on one logical partition that see each other's writes and become visible together. Used under the lock of the range;
/// a single operation is a transaction of one.
/// </summary>
internal sealed class ItemTransaction(Container container, PartitionRange range, PartitionKeyValue key)
{
    private const int PartitionKeyMismatch = 1001;
    private readonly List<PendingVersion> _pending = [];
    private readonly LogicalPartition? _partition = range.Find(key);
    private readonly long _now = container.Account.Now();

    /// <summary>Whether anything would change.</summary>
    public bool HasWrites => _pending.Count > 0;

    public void Commit()
    {
        if (HasWrites) range.Commit(_pending.Count == 1 ? _pending : LastVersions(), _now);
    }

    public ItemResult Execute(ItemOperation operation)
    {
        if (operation.Content is { } content && content.PartitionKey != key)
        {
            return new ItemResult(400, RequestCharges.Nothing, SubStatus: PartitionKeyMismatch,
                Message: "PartitionKey extracted from document doesn't match the one specified in the header.");
        }

        return operation.Kind switch
        {
            CosmosOperation.ReadItem => Read(operation),
            CosmosOperation.CreateItem => Create(operation),
            CosmosOperation.UpsertItem => Find(operation.Id) is null ? Create(operation) : Replace(operation),
            CosmosOperation.ReplaceItem => Replace(operation),
            CosmosOperation.PatchItem => Patch(operation),
            CosmosOperation.DeleteItem => Delete(operation),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation.Kind, "Not an operation on one item."),
        };
    }

    /// <summary>Writes the item once more as it is, as someone else would in the meantime: only its tag, time and commit are new.</summary>
    public void Touch(string id)
    {
        if (Find(id) is not { } current) return;
        var content = ItemContent.Parse(current.Body, container.KeyPath, container.Indexing, out _)!;
        _pending.Add(new PendingVersion(current.Slot, StoredItem.Create(current.Slot, content, container, _now)));
    }

    private ItemResult Read(ItemOperation operation)
    {
        var item = Find(operation.Id);
        if (item is not null && operation.MayBeStale?.Invoke(item) == true) item = item.Previous;
        if (item is null || !item.IsAlive(_now)) return NotFound(operation.ReadFactor);
        if (operation.IfNoneMatch == item.ETag) return new ItemResult(304, RequestCharges.Nothing * operation.ReadFactor, item);
        return new ItemResult(200, RequestCharges.Read(item.Body.Length) * operation.ReadFactor, item);
    }

    private ItemResult Create(ItemOperation operation)
    {
        if (Find(operation.Id) is not null)
            return new ItemResult(409, RequestCharges.Nothing, Message: "Entity with the specified id already exists in the system.");
        return Write(container.NewSlot(key, operation.Id), operation.Content!, 201);
    }

    private ItemResult Replace(ItemOperation operation)
    {
        if (Refused(operation, out var current) is { } refused) return refused;
        return Write(current!.Slot, operation.Content!, 200);
    }

    private ItemResult Patch(ItemOperation operation)
    {
        if (Refused(operation, out var current) is { } refused) return refused;
        var patched = operation.Patch!.Apply(current!.Body, out var failure);
        if (patched is null) return failure;
        var content = ItemContent.Parse(patched, container.KeyPath, container.Indexing, out var error);
        if (content is null || content.Id != operation.Id || content.PartitionKey != key)
            return new ItemResult(400, RequestCharges.Nothing, Message: error ?? "A patch may change neither the id nor the partition key.");
        return Write(current.Slot, content, 200);
    }

    private ItemResult Delete(ItemOperation operation)
    {
        if (Refused(operation, out var current) is { } refused) return refused;
        _pending.Add(new PendingVersion(current!.Slot, null));
        return new ItemResult(204, RequestCharges.Insert(current.Body.Length, current.IndexedPaths));
    }

    private ItemResult Write(ItemSlot slot, ItemContent content, int status)
    {
        var item = StoredItem.Create(slot, content, container, _now);
        if (item.Body.Length > ItemContent.MaximumBytes)
            return new ItemResult(413, RequestCharges.Nothing, Message: "Request size is too large");
        if (container.Account.IsFull)
            return new ItemResult(403, RequestCharges.Nothing, Message: "The emulator holds as many bytes as its options allow.");
        _pending.Add(new PendingVersion(slot, item));
        var charge = slot.Current is null
            ? RequestCharges.Insert(item.Body.Length, item.IndexedPaths)
            : RequestCharges.Replace(item.Body.Length, item.IndexedPaths);
        return new ItemResult(status, charge, item);
    }

    private ItemResult? Refused(ItemOperation operation, out StoredItem? current)
    {
        current = Find(operation.Id);
        if (current is null) return NotFound();
        var differs = operation.IfMatch is { } expected && expected != "*" && expected != current.ETag;
        var taken = operation.IfNoneMatch is { } excluded && (excluded == "*" || excluded == current.ETag);
        return differs || taken
            ? new ItemResult(412, RequestCharges.Nothing, Message: "One of the specified pre-condition is not met.")
            : null;
    }

    private StoredItem? Find(string id)
    {
        for (var index = _pending.Count - 1; index >= 0; index--)
        {
            if (_pending[index].Slot.Id == id) return _pending[index].Version;
        }

        return _partition?.Find(id)?.Current is { } item && item.IsAlive(_now) ? item : null;
    }

    /// <summary>Of each slot what was written last, in the order of writing.</summary>
    private List<PendingVersion> LastVersions() =>
        [.. _pending.Where((pending, index) => _pending.FindLastIndex(later => later.Slot == pending.Slot) == index)];

    private static ItemResult NotFound(int factor = 1) => new(404, RequestCharges.Nothing * factor, Message: "Entity with the specified id does not exist in the system.");
}
