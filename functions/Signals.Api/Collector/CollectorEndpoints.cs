using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Http;
using Signals.Api.Ingest;
using Signals.Api.OpenApi;
using Signals.Engine.Events;

namespace Signals.Api.Collector;

/// <summary>
/// A development collector that any Snowplow tracker can point at (spec enriched-events, section 8). It answers only after the events are
/// durably in the event log.
/// </summary>
internal static class CollectorEndpoints
{
    /// <summary>Larger bodies are refused.</summary>
    private const int DropBytes = 2 * 1024 * 1024;

    /// <summary>Larger bodies are taken, but become a bad row.</summary>
    private const int MaxBytes = 1024 * 1024;

    private const string EventPath = $"/{{vendor:{CollectorVendorConstraint.Name}}}/{{version}}";

    /// <summary>A transparent GIF of one pixel.</summary>
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==");

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(EventPath, TakeAsync)
            .Describe("Collector", "Takes events from a tracker; /com.snowplowanalytics.snowplow/tp2 is the tracker protocol. Answers once they are durable in the event log.")
            .Takes<TrackerPayload>()
            .Answers<string>("text/plain")
            .Refuses(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status503ServiceUnavailable);
        foreach (var path in (string[])[EventPath, "/i", "/ice.png"])
        {
            app.MapGet(path, TakeAsync)
                .Describe("Collector", "Takes one event in the query string.")
                .Answers<string>("image/gif")
                .Refuses(StatusCodes.Status503ServiceUnavailable);
            app.MapMethods(path, [HttpMethods.Head, HttpMethods.Options], TakeAsync);
        }
        app.MapGet("/r/{version}", context => WriteTextAsync(context, StatusCodes.Status404NotFound, "redirects disabled"));
        app.MapGet("/health", context => WriteTextAsync(context, StatusCodes.Status200OK, "ok"));
        app.MapGet("/sink-health", WriteSinkHealthAsync);
        app.MapGet("/robots.txt", context => WriteTextAsync(context, StatusCodes.Status200OK, "User-agent: *\nDisallow: /"));
    }

    private static async Task TakeAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            CollectorCors.WritePreflight(context);
            return;
        }
        CollectorCors.Write(context);

        var services = context.RequestServices;
        var cookie = services.GetRequiredService<SignalsApiOptions>().CollectorCookie;
        var visitor = CollectorVisitor.Of(context.Request, cookie);
        var isPost = HttpMethods.IsPost(context.Request.Method);
        var events = new LogChunkBuilder();
        if (isPost)
        {
            using var body = await RequestBody.ReadAsync(context, DropBytes);
            AddEvents(context, visitor, body.Bytes, events);
        }
        else
        {
            AddEvents(context, visitor, default, events);
        }

        await services.GetRequiredService<IEventSink>().AppendDurablyAsync(events.ToChunk());

        visitor.WriteCookie(context, cookie, services.GetRequiredService<TimeProvider>());
        if (isPost)
            await WriteTextAsync(context, StatusCodes.Status200OK, "ok");
        else
            await WritePixelAsync(context);
    }

    private static void AddEvents(HttpContext context, CollectorVisitor visitor, ReadOnlyMemory<byte> body, LogChunkBuilder events)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        if (body.Length > MaxBytes)
        {
            var row = BadRow.SizeViolation(MaxBytes, body.Length, "the body of a request to the collector", body.Span[..(MaxBytes / 10)], now);
            events.Add(LogRecordKind.BadRow, row.Span);
            return;
        }
        TrackerProtocol.Map(CollectorRequestOf(context.Request, visitor, body, now), events);
    }

    private static CollectorRequest CollectorRequestOf(HttpRequest request, CollectorVisitor visitor, ReadOnlyMemory<byte> body, DateTimeOffset now) => new()
    {
        Method = request.Method,
        Path = request.Path.Value?.TrimEnd('/') ?? "",
        Query = request.QueryString.Value?.TrimStart('?') ?? "",
        ContentType = request.ContentType,
        Body = body,
        IpAddress = visitor.IpAddress,
        UserAgent = request.Headers.UserAgent.ToString(),
        Referer = request.Headers.Referer.ToString(),
        NetworkUserId = visitor.NetworkUserId,
        Hostname = request.Host.Host,
        Headers = HeadersOf(request, visitor.IsAnonymous),
        ReceivedAt = now,
    };

    private static List<string> HeadersOf(HttpRequest request, bool anonymous)
    {
        var headers = new List<string>();
        foreach (var (name, value) in request.Headers)
        {
            if (!anonymous || !IsIdentifying(name))
                headers.Add($"{name}: {value}");
        }
        return headers;
    }

    private static bool IsIdentifying(string header) =>
        header.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Cookie", StringComparison.OrdinalIgnoreCase);

    private static async Task WriteSinkHealthAsync(HttpContext context)
    {
        await context.RequestServices.GetRequiredService<IEventSink>().CheckAsync(context.RequestAborted);
        await WriteTextAsync(context, StatusCodes.Status200OK, "ok");
    }

    private static async Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static async Task WritePixelAsync(HttpContext context)
    {
        context.Response.ContentType = "image/gif";
        context.Response.ContentLength = Pixel.Length;
        context.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(Pixel, context.RequestAborted);
    }
}
