namespace Signals.Api.Serving;

/// <summary>Keeps the two-segment <c>DELETE /api/v1/{key}/{identifier}</c> away from the paths of everything else.</summary>
internal sealed class ProfileKeyConstraint : IRouteConstraint
{
    public const string Name = "profileKey";

    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase)
    {
        "registry", "engines", "testing", "warehouse", "datasets", "interventions", "event_log", "agentic_attribute",
        "get-online-attributes", "push-attributes", "bad-rows", "webhooks", "identities",
    };

    /// <summary>Whether a path under <c>/api/v1</c> begins with a segment that is not an attribute key.</summary>
    public static bool IsTaken(PathString path) =>
        path.StartsWithSegments("/api/v1", out var rest) && rest.Value is { Length: > 1 } text && Taken.Contains(text.Split('/')[1]);

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is string key && !Taken.Contains(key);
}
