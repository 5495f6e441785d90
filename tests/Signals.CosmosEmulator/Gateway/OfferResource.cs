using System.Text;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Throughput: clients look an offer up by the resource id of its container, and replace it.</summary>
internal sealed class OfferResource(Account account)
{
    public GatewayResponse Handle(GatewayRequest request, string[] rest)
    {
        var offers = account.Databases.SelectMany(static database => database.Containers).Select(static container => container.Offer);
        switch (request.Method, rest)
        {
            case ("GET", []):
                return Router.Feed("", "Offers", offers.Select(static offer => offer.ToJson()));
            case ("POST", []):
                var query = Encoding.UTF8.GetString(request.Body.Span);
                var asked = offers.Where(offer => query.Contains(offer.TargetResourceId, StringComparison.Ordinal));
                return Router.Feed("", "Offers", asked.Select(static offer => offer.ToJson()));
            case (_, [var id]) when offers.FirstOrDefault(offer => offer.Id == id) is { } offer:
                return Handle(request, offer);
            default:
                return GatewayResponse.NotFound(request.Path);
        }
    }

    private static GatewayResponse Handle(GatewayRequest request, Offer offer)
    {
        if (request.Method == "GET") return GatewayResponse.Json(200, offer.ToJson());
        if (request.Method != "PUT") return GatewayResponse.Error(405, "An offer is read and replaced here.");
        if (Throughput.FromJson(Router.ReadObject(request)?["content"]) is not { } throughput) return GatewayResponse.Error(400, "The offer has no throughput.");
        offer.Throughput = throughput;
        return GatewayResponse.Json(200, offer.ToJson());
    }
}
