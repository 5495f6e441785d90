using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>A container, and its ranges.</summary>
internal sealed class ContainerResource(Container container)
{
    /// <summary>Ranges never change here: no partition splits.</summary>
    private const string RangesETag = "\"1\"";

    public static GatewayResponse Show(Container container, int status) =>
        new GatewayResponse(status, container.Properties).With("etag", container.ETag)
            .With("x-ms-alt-content-path", $"dbs/{container.Database.Id}");

    public GatewayResponse Handle(GatewayRequest request)
    {
        switch (request.Method)
        {
            case "GET":
                return Show(container, 200);
            case "PUT":
                return Replace(request);
            case "DELETE":
                container.Database.Remove(container);
                return new GatewayResponse(204);
            default:
                return GatewayResponse.Error(405, "A container is read, replaced and deleted here.");
        }
    }

    public GatewayResponse ReadRanges(GatewayRequest request) => request.Header("if-none-match") == RangesETag
        ? new GatewayResponse(304).With("etag", RangesETag)
        : Router.Feed(container.ResourceId, "PartitionKeyRanges", container.Ranges.Select(Show)).With("etag", RangesETag);

    private GatewayResponse Replace(GatewayRequest request)
    {
        if (Router.ReadObject(request) is not { } properties) return GatewayResponse.Error(400, "The body is not a JSON object.");
        if (ContainerProperties.Check(properties) is { } error) return GatewayResponse.Error(400, error);
        if (properties["id"]!.GetValue<string>() != container.Id || properties["partitionKey"]!["paths"]![0]!.GetValue<string>() != container.KeyPath.Text)
            return GatewayResponse.Error(400, "Neither the id nor the partition key of a container can be changed.");
        if (request.Header("if-match") is { } expected && expected != container.ETag)
            return GatewayResponse.Error(412, "One of the specified pre-condition is not met.");
        ContainerProperties.Complete(properties);
        container.Change(properties);
        return Show(container, 200);
    }

    private JsonObject Show(PartitionRange range) => new()
    {
        ["_rid"] = range.ResourceId,
        ["id"] = range.Id,
        ["_etag"] = RangesETag,
        ["minInclusive"] = range.Minimum.ToString(),
        ["maxExclusive"] = range.Maximum.ToString(),
        ["ridPrefix"] = 0,
        ["_self"] = $"{container.SelfLink}pkranges/{range.ResourceId}/",
        ["throughputFraction"] = 1.0 / container.Ranges.Count,
        ["status"] = "online",
        ["parents"] = new JsonArray(),
        ["_ts"] = container.Changed,
    };
}
