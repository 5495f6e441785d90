namespace Signals.CosmosEmulator;

/// <summary>The kinds of operation by which faults are ordered and costs are counted.</summary>
public enum CosmosOperation
{
    /// <summary>Accounts, databases, containers, ranges and offers.</summary>
    Metadata,
    ReadItem,
    CreateItem,
    ReplaceItem,
    UpsertItem,
    PatchItem,
    DeleteItem,
    Batch,
    Query,

    /// <summary>
    /// The request by which a client on Linux has a query planned: before every query that is ordered or counted, and before every query
    /// of more than one partition key.
    /// </summary>
    QueryPlan,
    ChangeFeed,
}

/// <summary>One request as faults and counters see it. <paramref name="Ids"/> are the items it names: several for a batch, none for a query.</summary>
public sealed record CosmosCall(CosmosOperation Operation, string Database, string Container, IReadOnlyList<string> Ids)
{
    /// <summary>Whether it changes items.</summary>
    public bool IsWrite => Operation is >= CosmosOperation.CreateItem and <= CosmosOperation.Batch;
}
