namespace Signals.Api.Http;

/// <summary>Cross-origin calls of <c>/api/</c> (spec signals-api 1.7): headers on every answer, preflights answered here.</summary>
internal sealed class ApiCors(RequestDelegate next, SignalsApiOptions options)
{
    private const string Methods = "GET, POST, PUT, DELETE, OPTIONS";
    private const string RequestHeaders = "Authorization, Content-Type, X-Signals-Sdk-Name, X-API-Key, X-API-Key-Id";

    private readonly HashSet<string> _allowed = new(options.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api"))
            return next(context);

        var origin = context.Request.Headers.Origin;
        if (origin.Count > 0)
            AllowOrigin(context, origin[0] ?? "");
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);

        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "3600";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private void AllowOrigin(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        if (_allowed.Count == 0 || IsSubscription(context.Request))
        {
            headers.AccessControlAllowOrigin = "*";
            return;
        }
        headers.Vary = "Origin";
        if (_allowed.Contains(origin))
            headers.AccessControlAllowOrigin = origin;
    }

    private static bool IsSubscription(HttpRequest request) =>
        request.Path.Value is "/api/v1/interventions" or "/api/v1/interventions/"
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsOptions(request.Method));
}
