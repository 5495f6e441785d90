using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Finds what a request asks for by its method and path.</summary>
internal sealed class Router(Account account)
{
    private readonly AccountResource _account = new(account);
    private readonly OfferResource _offers = new(account);

    public ValueTask<PreparedCall> RouteAsync(GatewayRequest request)
    {
        var segments = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var index = 0; index < segments.Length; index++) segments[index] = Uri.UnescapeDataString(segments[index]);
        return segments switch
        {
            [] when request.Method == "GET" => Metadata(() => _account.Read(request)),
            ["dbs"] => Metadata(() => _account.Handle(request)),
            ["offers", .. var rest] => Metadata(() => _offers.Handle(request, rest)),
            ["dbs", var name, .. var rest] => RouteDatabase(request, name, rest),
            _ => Refuse(GatewayResponse.NotFound(request.Path)),
        };
    }

    private ValueTask<PreparedCall> RouteDatabase(GatewayRequest request, string name, string[] rest)
    {
        if (account.Find(name) is not { } database) return Refuse(NoOwner(name, rest.Length > 1));
        var resource = new DatabaseResource(account, database);
        switch (rest)
        {
            case []:
                return Metadata(() => resource.Handle(request));
            case ["colls"]:
                return Metadata(() => resource.HandleContainers(request));
            case ["colls", var containerName, .. var inside]:
                return database.Find(containerName) is { } container
                    ? RouteContainer(request, container, inside)
                    : Refuse(NoOwner(containerName, inside.Length > 0));
            default:
                return Refuse(GatewayResponse.NotFound(request.Path));
        }
    }

    private static ValueTask<PreparedCall> RouteContainer(GatewayRequest request, Container container, string[] inside)
    {
        switch (inside)
        {
            case []:
                return Metadata(() => new ContainerResource(container).Handle(request));
            case ["pkranges"]:
                return Metadata(() => new ContainerResource(container).ReadRanges(request));
            case ["docs"]:
                return new ItemsResource(container).PrepareAsync(request);
            case ["docs", var id]:
                return ValueTask.FromResult(new ItemResource(container).Prepare(request, id));
            default:
                return Refuse(GatewayResponse.NotFound(request.Path));
        }
    }

    /// <summary>404; with sub-status 1003 when not the resource itself is missing but the one that it would be in.</summary>
    private static GatewayResponse NoOwner(string name, bool isOwner) =>
        GatewayResponse.Error(404, $"Resource Not Found: {name}. Owner resource does not exist.", isOwner ? 1003 : 0);

    private static ValueTask<PreparedCall> Metadata(Func<GatewayResponse> run) => ValueTask.FromResult(PreparedCall.Metadata(run));

    private static ValueTask<PreparedCall> Refuse(GatewayResponse response) => ValueTask.FromResult(PreparedCall.Refuse(response));

    /// <summary>The body as a JSON object; null if it is none.</summary>
    public static JsonObject? ReadObject(GatewayRequest request)
    {
        try
        {
            return JsonNode.Parse(request.Body.Span) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>A list of resources as the service frames it.</summary>
    public static GatewayResponse Feed(string ownerResourceId, string kind, IEnumerable<JsonNode> resources)
    {
        var list = new JsonArray([.. resources]);
        var count = list.Count;
        return GatewayResponse.Json(200, new JsonObject { ["_rid"] = ownerResourceId, [kind] = list, ["_count"] = count })
            .With("x-ms-item-count", count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
