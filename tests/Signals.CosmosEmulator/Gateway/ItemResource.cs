using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>An item by its id: read, replace, patch, delete.</summary>
internal sealed class ItemResource(Container container)
{
    public PreparedCall Prepare(GatewayRequest request, string id)
    {
        if (request.Header("x-ms-documentdb-partitionkey") is not { } header || !PartitionKeyValue.TryParseHeader(header, out var key))
            return PreparedCall.Refuse(ItemReplies.NoPartitionKey());
        if (KindOf(request.Method) is not { } kind) return PreparedCall.Refuse(GatewayResponse.Error(405, "Not a method of items."));

        string? error = null;
        var operation = new ItemOperation(kind, id)
        {
            IfMatch = request.Header("if-match"),
            IfNoneMatch = request.Header("if-none-match"),
            Minimal = request.Header("prefer") == "return=minimal",
            Content = kind == CosmosOperation.ReplaceItem ? ItemContent.Parse(request.Body.Span, container.KeyPath, container.Indexing, out error) : null,
            Patch = kind == CosmosOperation.PatchItem ? ItemPatch.Parse(request.Body.Span, out error) : null,
        };
        if (error is null && operation.Content is { } content && content.Id != id) error = "The id in the body is not that in the address.";
        if (error is not null) return PreparedCall.Refuse(GatewayResponse.Error(400, error));
        return kind == CosmosOperation.ReadItem
            ? ItemCalls.PrepareRead(request, container, key, operation)
            : ItemCalls.Prepare(container, key, operation);
    }

    private static CosmosOperation? KindOf(string method) => method switch
    {
        "GET" => CosmosOperation.ReadItem,
        "PUT" => CosmosOperation.ReplaceItem,
        "PATCH" => CosmosOperation.PatchItem,
        "DELETE" => CosmosOperation.DeleteItem,
        _ => null,
    };
}
