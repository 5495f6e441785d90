namespace Signals.CosmosEmulator;

/// <summary>
/// What operations cost in request units. Reads and writes follow the table in "Azure Cosmos DB as a key value store - cost
/// overview" (learn.microsoft.com/azure/cosmos-db/key-value-store-cost: 1 KB is 1 unit to read and 5 to write, 100 KB is 10 and 50, without
/// indexing), joined by straight lines; strong and bounded staleness reads cost double ("Optimize request cost",
/// learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes). Where nothing is published (a value in the index, the least that a
/// query costs, a request that finds nothing) the numbers are what clients commonly observe, and named below.
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

    /// <summary>An insert, replace, upsert, patch or delete of an item of so many bytes with so many indexed values.</summary>
    public static double Write(long bytes, int indexedValues) =>
        Line(bytes, atOneKilobyte: 5, atHundred: 50) + (PerIndexedValue * indexedValues);

    /// <summary>One page of a query on one range: what it returned, and what it looked at without the help of the index.</summary>
    public static double Query(int returned, long returnedBytes, int scanned, long scannedBytes) =>
        LeastQuery + (PerReturnedItem * returned) + (PerScannedItem * scanned) + PerKilobyteRead(returnedBytes) + PerKilobyteRead(scannedBytes);

    /// <summary>One page of the change feed: like reading its items together.</summary>
    public static double ChangeFeed(long bytes) => Math.Max(Nothing, Nothing + PerKilobyteRead(bytes));

    private static double Line(long bytes, double atOneKilobyte, double atHundred) =>
        atOneKilobyte + (Math.Max(0, (bytes / 1024.0) - 1) * (atHundred - atOneKilobyte) / 99);

    private static double PerKilobyteRead(long bytes) => bytes / 1024.0 * (10 - 1) / 99;
}
