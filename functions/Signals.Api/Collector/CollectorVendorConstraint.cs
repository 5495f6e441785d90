using Microsoft.AspNetCore.Routing;

namespace Signals.Api.Collector;

/// <summary>Keeps the collector's <c>/{vendor}/{version}</c>, which fits any two segments, away from the paths of everything else.</summary>
internal sealed class CollectorVendorConstraint : IRouteConstraint
{
    public const string Name = "collectorVendor";

    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase)
    {
        "api", "docs", "enriched", "health", "health-all", "mcp", "openapi.json", "r",
    };

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is string vendor && !Taken.Contains(vendor);
}
