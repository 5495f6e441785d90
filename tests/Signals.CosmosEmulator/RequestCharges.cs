namespace Signals.CosmosEmulator;

/// <summary>
/// What operations cost in request units, as Microsoft publishes it. "Optimize request cost in Azure Cosmos DB"
/// (learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes): a point read of 1 KB is 1 unit and of 100 KB 10, an insert of 1 KB without
/// indexing about 5.5, a replace twice the insert of the same item, and reads under strong or bounded staleness cost double. "Azure Cosmos
/// DB as a key value store" (.../key-value-store-cost): a write of 100 KB is 50. Between them, straight lines. Where nothing is published
/// (a value in the index, the least that a query costs, a request that finds nothing) the numbers are what clients commonly
/// observe, and named below.
/// </summary>
public static class RequestCharges
{
    /// <summary>Metadata, a read that finds nothing, an answer "not modified", a write refused by a condition.</summary>
    public const double Nothing = 1;

    /// <summary>The least that a query costs, per range that it visits. Commonly observed: 2.8 to 2.9.</summary>
    public const double LeastQuery = 2.8;

    private const double PerIndexedValue = 0.3;
    private const double PerReturnedItem = 0.05;
    private const double PerScannedItem = 0.02;

    /// <summary>A point read of an item of so many bytes.</summary>
    public static double Read(long bytes) => Line(bytes, atOneKilobyte: 1, atHundred: 10);

    /// <summary>An insert, or a delete, of an item of so many bytes with so many indexed values.</summary>
    public static double Insert(long bytes, int indexedValues) =>
        Line(bytes, atOneKilobyte: 5.5, atHundred: 50) + (PerIndexedValue * indexedValues);

    /// <summary>A replace, an upsert of an item that is there, or a patch: twice the insert of what is written.</summary>
    public static double Replace(long bytes, int indexedValues) => 2 * Insert(bytes, indexedValues);

    /// <summary>One page of a query on one range: what it returned, and what it looked at without the help of the index.</summary>
    public static double Query(int returned, long returnedBytes, int scanned, long scannedBytes) =>
        LeastQuery + (PerReturnedItem * returned) + (PerScannedItem * scanned) + PerKilobyteRead(returnedBytes) + PerKilobyteRead(scannedBytes);

    /// <summary>One page of the change feed: like reading its items together.</summary>
    public static double ChangeFeed(long bytes) => Math.Max(Nothing, Nothing + PerKilobyteRead(bytes));

    private static double Line(long bytes, double atOneKilobyte, double atHundred) =>
        atOneKilobyte + (Math.Max(0, (bytes / 1024.0) - 1) * (atHundred - atOneKilobyte) / 99);

    private static double PerKilobyteRead(long bytes) => bytes / 1024.0 * (10 - 1) / 99;
}
