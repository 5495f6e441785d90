using System.Globalization;
using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>
/// Transactional batches: up to 100 operations and 2 MB on one partition key, all or none. (Batches that are not atomic belong to
/// the client's bulk mode, which nothing here uses; they are refused.)
/// </summary>
internal sealed class BatchResource(Container container)
{
    private const int MaximumOperations = 100;
    private const int FailedDependency = 424;
    private const int MultiStatus = 207;

    public async ValueTask<PreparedCall> PrepareAsync(GatewayRequest request)
    {
        if (!request.Flag("x-ms-cosmos-batch-atomic")) return Refuse(400, "The emulator knows no bulk mode: a batch must be atomic.");
        if (request.Header("x-ms-documentdb-partitionkey") is not { } header || !PartitionKeyValue.TryParseHeader(header, out var key))
            return PreparedCall.Refuse(ItemReplies.NoPartitionKey());
        if (request.Body.Length > ItemContent.MaximumBytes) return Refuse(413, "Request size is too large");
        if (await BatchCodec.ReadAsync(request.Body) is not { Count: > 0 } entries) return Refuse(400, "The batch has no operations.");
        if (entries.Count > MaximumOperations) return Refuse(400, "Batch request has more operations than what is supported.");

        var operations = new List<ItemOperation>(entries.Count);
        foreach (var entry in entries)
        {
            if (ToOperation(entry, out var error) is not { } operation) return Refuse(400, error!);
            operations.Add(operation);
        }

        return Prepare(key, operations);
    }

    private PreparedCall Prepare(PartitionKeyValue key, List<ItemOperation> operations)
    {
        var range = container.RangeOf(key);
        var call = new CosmosCall(CosmosOperation.Batch, container.Database.Id, container.Id, [.. operations.Select(static operation => operation.Id)]);
        return new PreparedCall(call, () => RunAsync(range, key, operations))
        {
            Container = container,
            Range = range,
            LoseRace = () => ItemCalls.LoseRace(container, range, key, operations),
        };
    }

    private async ValueTask<GatewayResponse> RunAsync(PartitionRange range, PartitionKeyValue key, List<ItemOperation> operations)
    {
        var results = Execute(range, key, operations);
        var failed = results.Exists(static result => !result.Succeeded);
        var body = await BatchCodec.WriteAsync(results, operations);
        var response = new GatewayResponse(failed ? MultiStatus : 200, body)
        {
            ContentType = "application/octet-stream",
            Charge = results.Sum(static result => result.Charge),
        };
        response.With("x-ms-item-count", results.Count.ToString(CultureInfo.InvariantCulture));
        return ItemReplies.WithPlace(response, container, range);
    }

    /// <summary>Runs until the first failure, which undoes what came before it and keeps what comes after from running.</summary>
    private List<ItemResult> Execute(PartitionRange range, PartitionKeyValue key, List<ItemOperation> operations)
    {
        lock (range.Gate)
        {
            var transaction = new ItemTransaction(container, range, key);
            var results = new List<ItemResult>(operations.Count);
            foreach (var operation in operations)
            {
                var result = transaction.Execute(operation);
                results.Add(result);
                if (!result.Succeeded) return AllBut(results.Count - 1, result, operations.Count, results);
            }

            transaction.Commit();
            return results;
        }
    }

    /// <summary>The failed operation keeps its own status; the others failed because of it, and those that ran are still paid for.</summary>
    private static List<ItemResult> AllBut(int failed, ItemResult failure, int count, List<ItemResult> ran) =>
        [.. Enumerable.Range(0, count).Select(index =>
            index == failed ? failure : new ItemResult(FailedDependency, index < failed ? ran[index].Charge : 0))];

    private ItemOperation? ToOperation(BatchEntry entry, out string? error)
    {
        error = "The batch has an operation that the emulator does not know.";
        if (KindOf(entry.OperationType) is not { } kind) return null;
        error = null;
        var body = entry.Body ?? [];
        var writes = kind is CosmosOperation.CreateItem or CosmosOperation.UpsertItem or CosmosOperation.ReplaceItem;
        var content = writes ? ItemContent.Parse(body, container.KeyPath, container.Indexing, out error) : null;
        var patch = kind == CosmosOperation.PatchItem ? ItemPatch.Parse(body, out error) : null;
        if (error is not null) return null;
        var id = entry.Id ?? content?.Id ?? "";
        if (content is not null && content.Id != id) error = "The id in the body is not that of the operation.";
        return error is not null ? null : new ItemOperation(kind, id)
        {
            Content = content,
            Patch = patch,
            IfMatch = entry.IfMatch,
            IfNoneMatch = entry.IfNoneMatch,
            Minimal = entry.Minimal,
        };
    }

    /// <summary>The numbers that clients use for kinds of operation.</summary>
    private static CosmosOperation? KindOf(int operationType) => operationType switch
    {
        0 => CosmosOperation.CreateItem,
        1 => CosmosOperation.PatchItem,
        2 => CosmosOperation.ReadItem,
        4 => CosmosOperation.DeleteItem,
        5 => CosmosOperation.ReplaceItem,
        20 => CosmosOperation.UpsertItem,
        _ => null,
    };

    private static PreparedCall Refuse(int status, string message) => PreparedCall.Refuse(GatewayResponse.Error(status, message));
}
