using System.Globalization;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>How results of operations on items look on the wire.</summary>
internal static class ItemReplies
{
    public static GatewayResponse Of(ItemResult result, Container container, PartitionRange range, bool minimal)
    {
        var response = result switch
        {
            { Status: >= 400 } => GatewayResponse.Error(result.Status, result.Message!, result.SubStatus, result.Charge),
            { Item: { } item } when !minimal && result.Status != 304 => new GatewayResponse(result.Status, item.Body) { Charge = result.Charge },
            _ => new GatewayResponse(result.Status) { Charge = result.Charge },
        };
        if (result.Item is not null) response.With("etag", result.Item.ETag);
        return WithPlace(response, container, range);
    }

    /// <summary>Adds where the answer comes from, by which clients keep their session tokens.</summary>
    public static GatewayResponse WithPlace(GatewayResponse response, Container container, PartitionRange range) => response
        .With("x-ms-session-token", range.SessionToken)
        .With("lsn", range.Lsn.ToString(CultureInfo.InvariantCulture))
        .With("x-ms-documentdb-partitionkeyrangeid", range.Id)
        .With("x-ms-alt-content-path", container.Path)
        .With("x-ms-content-path", container.ResourceId);

    public static GatewayResponse NoPartitionKey() =>
        GatewayResponse.Error(400, "PartitionKey value must be supplied for this operation.");
}
