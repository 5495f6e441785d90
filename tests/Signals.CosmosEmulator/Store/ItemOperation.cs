namespace Signals.CosmosEmulator.Store;

/// <summary>One operation on one item, its body already read and found valid.</summary>
internal sealed record ItemOperation(CosmosOperation Kind, string Id)
{
    /// <summary>What is written; null for reads, deletions and patches.</summary>
    public ItemContent? Content { get; init; }
    public ItemPatch? Patch { get; init; }
    public string? IfMatch { get; init; }
    public string? IfNoneMatch { get; init; }

    /// <summary>How many times the charge of a read, by its consistency.</summary>
    public int ReadFactor { get; init; } = 1;

    /// <summary>Whether a read of this item may be answered by a replica that lags; null for a read from one that does not.</summary>
    public Func<StoredItem, bool>? MayBeStale { get; init; }

    /// <summary>Whether the caller wants no body back from a write.</summary>
    public bool Minimal { get; init; }
}

/// <summary>What came of an operation.</summary>
internal readonly record struct ItemResult(int Status, double Charge, StoredItem? Item = null, int SubStatus = 0, string? Message = null)
{
    public bool Succeeded => Status < 400 && Status != 304;
}
