using System.Runtime.CompilerServices;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Bad rows in Cosmos DB. Those of one partition of the log share a logical partition with their counts, so that a batch writes both. When it
/// has become large, a next one follows it: Cosmos DB takes no more than 20 GB into one.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="partitionBytes">Bytes of documents after which a logical partition is closed, 1 and up.</param>
public sealed class CosmosBadRowStore(CosmosAccount account, long partitionBytes = CosmosBadRowStore.DefaultPartitionBytes) : IBadRowStore
{
    /// <summary>Well below 20 GB: there is the index, too, and several processes may write at once.</summary>
    public const long DefaultPartitionBytes = 8L << 30;

    /// <summary>Rows of a batch, which takes 100 operations; one is the head.</summary>
    private const int BatchRows = 99;

    /// <summary>Bytes of documents of a batch, which takes 2 MB with what surrounds them. Larger than the largest row.</summary>
    private const int BatchBytes = 1_800_000;

    private const int MaxPageRows = 100;

    private readonly CosmosContainer _container = account.Container(CosmosContainers.BadRows);
    private readonly CosmosBadRowDirectory _directory = new(account.Container(CosmosContainers.BadRows));

    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken)
    {
        foreach (var partition in rows.DistinctBy(row => row.Position).GroupBy(row => row.Position.Partition))
        {
            var waiting = partition.OrderBy(row => row.Position.Sequence).ToList();
            while (waiting.Count > 0)
                waiting.RemoveRange(0, await AppendFirstAsync(partition.Key, waiting, cancellationToken));
        }
    }

    /// <inheritdoc />
    /// <remarks>The order is that of sequence numbers, over all partitions of the log.</remarks>
    public async ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit is 1 to 1000.");
        var partitions = await _directory.ListAsync(cancellationToken);
        var sources = partitions.Select(partition => ListAsync(partition, before, schemaName, Math.Min(limit, MaxPageRows), cancellationToken));
        return await CosmosMerge.TakeAsync(sources, limit, row => (-row.Position.Sequence, -row.Position.Partition), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var partitionKeys = (await _directory.ListAsync(cancellationToken))
            .SelectMany(partition => Enumerable.Range(0, partition.Starts.Count).Select(partition.PartitionKeyOf));
        foreach (var head in await Task.WhenAll(partitionKeys.Select(key => CosmosBadRowHead.ReadAsync(_container, key, cancellationToken))))
            foreach (var (kind, count) in head.Counts)
                counts[kind] = counts.GetValueOrDefault(kind) + count;
        return counts;
    }

    /// <summary>Appends as many of the first rows as go together, and says how many are done with.</summary>
    private async Task<int> AppendFirstAsync(int partition, IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken)
    {
        var generations = await _directory.FindAsync(partition, cancellationToken);
        var generation = generations.Of(rows[0].Position.Sequence);
        var partitionKey = generations.PartitionKeyOf(generation);
        var (chunk, bytes) = FirstOf(rows.TakeWhile(row => generations.Of(row.Position.Sequence) == generation), partitionKey);
        var taken = chunk.Count;
        while (chunk.Count > 0)
        {
            var head = await CosmosBadRowHead.ReadAsync(_container, partitionKey, cancellationToken);
            if (chunk[^1].Row.Position.Sequence >= head.ClosedFrom)
            {
                // Closed by another process, or by one that ended before it could say so in the directory.
                await _directory.ExtendAsync(partition, generation, head.ClosedFrom.Value, cancellationToken);
                return 0;
            }
            var next = head.With([.. chunk.Select(entry => entry.Row)], bytes, partitionBytes);
            var batched = await WriteAsync(partitionKey, next, chunk, cancellationToken);
            if (batched.Outcome == CosmosOutcome.Done)
            {
                if (head.ClosedFrom is null && next.ClosedFrom is { } start)
                    await _directory.ExtendAsync(partition, generation, start, cancellationToken);
                break;
            }
            // The head has changed: again. Or a row is there already: again without those that are.
            if (batched.Failed > 0)
                (chunk, bytes) = await WithoutThoseKeptAsync(partitionKey, chunk, cancellationToken);
        }
        return taken;
    }

    private (List<Entry> Chunk, long Bytes) FirstOf(IEnumerable<StoredBadRow> rows, string partitionKey)
    {
        var (chunk, bytes) = (new List<Entry>(), 0L);
        foreach (var row in rows.Take(BatchRows))
        {
            var document = CosmosBadRowDocument.Write(partitionKey, row, account.Options.BadRowRetention);
            if (chunk.Count > 0 && bytes + document.Length > BatchBytes)
                break;
            chunk.Add(new Entry(row, document));
            bytes += document.Length;
        }
        return (chunk, bytes);
    }

    private Task<CosmosBatched> WriteAsync(string partitionKey, CosmosBadRowHead head, List<Entry> chunk, CancellationToken cancellationToken) =>
        _container.BatchAsync(partitionKey, batch =>
        {
            var item = CosmosItem.ToStream(head.ToItem(partitionKey));
            if (head.ETag is null)
                batch.CreateItemStream(item, CosmosContainer.InBatch());
            else
                batch.ReplaceItemStream(CosmosBadRowHead.Id, item, CosmosContainer.InBatch(head.ETag));
            foreach (var entry in chunk)
                batch.CreateItemStream(CosmosItem.ToStream(entry.Document), CosmosContainer.InBatch());
        }, cancellationToken);

    private async Task<(List<Entry> Chunk, long Bytes)> WithoutThoseKeptAsync(string partitionKey, List<Entry> chunk, CancellationToken cancellationToken)
    {
        var kept = await Task.WhenAll(chunk.Select(entry =>
            _container.ReadAsync(CosmosBadRowDocument.IdOf(entry.Row.Position.Sequence), partitionKey, cancellationToken)));
        List<Entry> rest = [.. chunk.Where((_, i) => kept[i] is null)];
        return (rest, rest.Sum(entry => entry.Document.Length));
    }

    private async IAsyncEnumerable<StoredBadRow> ListAsync(
        CosmosBadRowGenerations partition, LogPosition? before, string? kind, int pageRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At the sequence number of the row before, only partitions with lower numbers come after it.
        var last = before is null ? long.MaxValue : partition.Partition < before.Value.Partition ? before.Value.Sequence : before.Value.Sequence - 1;
        var query = new QueryDefinition(kind is null
            ? "SELECT * FROM c WHERE c.sequence <= @last ORDER BY c.sequence DESC"
            : "SELECT * FROM c WHERE c.kind = @kind AND c.sequence <= @last ORDER BY c.sequence DESC")
            .WithParameter("@last", last).WithParameter("@kind", kind);
        for (var generation = partition.Of(last); generation >= 0; generation--)
        {
            string? continuation = null;
            do
            {
                (var page, continuation) = await _container.ReadPageAsync(
                    query, partition.PartitionKeyOf(generation), continuation, pageRows, cancellationToken);
                foreach (var document in page)
                    yield return CosmosBadRowDocument.Read(document);
            }
            while (continuation is not null);
        }
    }

    private readonly record struct Entry(StoredBadRow Row, ReadOnlyMemory<byte> Document);
}
