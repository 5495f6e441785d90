using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>The items of a container together: create, upsert, batches, queries, the change feed.</summary>
internal sealed class ItemsResource(Container container)
{
    public ValueTask<PreparedCall> PrepareAsync(GatewayRequest request) => request.Method switch
    {
        "GET" when request.Header("a-im") is not null => Ready(new ChangeFeedResource(container).Prepare(request)),
        "GET" => Ready(new QueryResource(container).Prepare(request)),
        "POST" when IsQuery(request) => Ready(new QueryResource(container).Prepare(request)),
        "POST" when request.Flag("x-ms-cosmos-is-batch-request") => new BatchResource(container).PrepareAsync(request),
        "POST" => Ready(PrepareWrite(request)),
        _ => Ready(PreparedCall.Refuse(GatewayResponse.Error(405, "Not a method of a list of items."))),
    };

    private static bool IsQuery(GatewayRequest request) =>
        request.Flag("x-ms-documentdb-isquery") || request.Flag("x-ms-documentdb-query") || request.Flag("x-ms-cosmos-is-query-plan-request")
        || request.Header("content-type")?.StartsWith("application/query+json", StringComparison.OrdinalIgnoreCase) == true;

    private PreparedCall PrepareWrite(GatewayRequest request)
    {
        if (request.Header("x-ms-documentdb-partitionkey") is not { } header || !PartitionKeyValue.TryParseHeader(header, out var key))
            return PreparedCall.Refuse(ItemReplies.NoPartitionKey());
        if (request.Body.Length > ItemContent.MaximumBytes) return PreparedCall.Refuse(GatewayResponse.Error(413, "Request size is too large"));
        if (ItemContent.Parse(request.Body.Span, container.KeyPath, container.Indexing, out var error) is not { } content)
            return PreparedCall.Refuse(GatewayResponse.Error(400, error!));
        var kind = request.Flag("x-ms-documentdb-is-upsert") ? CosmosOperation.UpsertItem : CosmosOperation.CreateItem;
        return ItemCalls.Prepare(container, key, new ItemOperation(kind, content.Id)
        {
            Content = content,
            IfMatch = request.Header("if-match"),
            IfNoneMatch = request.Header("if-none-match"),
            Minimal = request.Header("prefer") == "return=minimal",
        });
    }

    private static ValueTask<PreparedCall> Ready(PreparedCall call) => ValueTask.FromResult(call);
}
