namespace Signals.Api.Collector;

/// <summary>Cross-origin headers of the collector (spec enriched-events 8.2): trackers call it with credentials from any site.</summary>
internal static class CollectorCors
{
    public static void Write(HttpContext context)
    {
        var origins = context.Request.Headers.Origin.ToString();
        var origin = origins.Split([' ', ','], 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin ?? "*";
        headers.AccessControlAllowCredentials = "true";
    }

    public static void WritePreflight(HttpContext context)
    {
        Write(context);
        var headers = context.Response.Headers;
        headers.AccessControlAllowHeaders = "Content-Type, SP-Anonymous";
        headers.AccessControlMaxAge = "3600";
        context.Response.ContentLength = 0;
    }
}
