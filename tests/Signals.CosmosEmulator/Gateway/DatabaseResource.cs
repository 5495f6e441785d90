using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>A database, and its containers.</summary>
internal sealed class DatabaseResource(Account account, Database database)
{
    private static readonly Throughput Standard = new(400, Autoscale: false);

    public GatewayResponse Handle(GatewayRequest request)
    {
        switch (request.Method)
        {
            case "GET":
                return GatewayResponse.Json(200, database.ToJson()).With("etag", database.ETag);
            case "DELETE":
                account.Remove(database);
                return new GatewayResponse(204);
            default:
                return GatewayResponse.Error(405, "A database is read and deleted here.");
        }
    }

    public GatewayResponse HandleContainers(GatewayRequest request) => request.Method switch
    {
        "GET" => Router.Feed(database.ResourceId, "DocumentCollections", database.Containers.Select(static container => JsonNode.Parse(container.Properties)!)),
        "POST" => Create(request),
        _ => GatewayResponse.Error(405, "Containers are listed and created here."),
    };

    private GatewayResponse Create(GatewayRequest request)
    {
        if (Router.ReadObject(request) is not { } properties) return GatewayResponse.Error(400, "The body is not a JSON object.");
        if (ContainerProperties.Check(properties) is { } error) return GatewayResponse.Error(400, error);
        if (!TryReadThroughput(request, out var throughput)) return GatewayResponse.Error(400, "The throughput is not valid.");
        ContainerProperties.Complete(properties);
        return database.Create(properties, throughput) is { } container
            ? ContainerResource.Show(container, 201)
            : GatewayResponse.Error(409, "Resource with specified id or name already exists.");
    }

    private static bool TryReadThroughput(GatewayRequest request, out Throughput throughput)
    {
        throughput = Standard;
        if (request.Header("x-ms-cosmos-offer-autopilot-settings") is { } autoscale)
        {
            var maximum = JsonSerializer.Deserialize<JsonObject>(autoscale)?["maxThroughput"]?.GetValue<int>() ?? 0;
            throughput = new Throughput(maximum, Autoscale: true);
            return maximum >= 1000;
        }

        if (request.Header("x-ms-offer-throughput") is not { } manual) return true;
        var isNumber = int.TryParse(manual, NumberStyles.None, CultureInfo.InvariantCulture, out var units);
        throughput = new Throughput(units, Autoscale: false);
        return isNumber && units >= 400;
    }
}
