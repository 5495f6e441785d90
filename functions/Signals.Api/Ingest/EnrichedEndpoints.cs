using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Events;

namespace Signals.Api.Ingest;

/// <summary>Bulk input: <c>POST /enriched</c> takes enriched events into the event log.</summary>
internal static partial class EnrichedEndpoints
{
    private const string TabSeparated = "text/tab-separated-values";
    private const string LineDelimitedJson = "application/x-ndjson";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder app, SignalsApiOptions options) =>
        app.MapPost("/enriched", TakeAsync)
            .RequireScope(AccessScopes.EventsWrite)
            .WithMetadata(new BodyLimit(options.MaxEnrichedBodyBytes))
            .Describe("Events", "Takes enriched events, one a line; a gzip content encoding is accepted. Answers once they are durable in the event log.")
            .Takes<string>(TabSeparated, LineDelimitedJson)
            .Answers<UploadAnswer>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status503ServiceUnavailable);

    private static async Task TakeAsync(HttpContext context)
    {
        if (!TryReadFormat(context.Request, out var format))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, $"Content-Type: expected {TabSeparated} or {LineDelimitedJson}");
            return;
        }
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip"))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, "Content-Encoding: expected gzip or none");
            return;
        }

        var slots = context.RequestServices.GetRequiredService<UploadSlots>();
        if (!await slots.TryTakeAsync(LongestWait, context.RequestAborted))
        {
            context.Response.Headers.RetryAfter = "5";
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many uploads at the same time; try again");
            return;
        }
        try
        {
            await TakeBodyAsync(context, format, encoding == "gzip");
        }
        finally
        {
            slots.Give();
        }
    }

    private static async Task TakeBodyAsync(HttpContext context, UploadFormat format, bool compressed)
    {
        var services = context.RequestServices;
        var upload = new Upload(services.GetRequiredService<IEventSink>(), format, services.GetRequiredService<TimeProvider>());
        var maxBytes = services.GetRequiredService<SignalsApiOptions>().MaxEnrichedBodyBytes;
        try
        {
            if (compressed)
            {
                await using var unpacked = new GZipBody(context.Request.Body);
                await upload.TakeAsync(unpacked, maxBytes, context.RequestAborted);
            }
            else
            {
                await upload.TakeAsync(context.Request.Body, maxBytes, context.RequestAborted);
            }
            await AnswerAsync(context, StatusCodes.Status200OK, upload, error: null);
        }
        catch (BadHttpRequestException refusal) when (!context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, refusal.StatusCode, upload, refusal.Message);
        }
        catch (InvalidDataException) when (compressed)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, upload, "The body is not valid gzip, or cut short.");
        }
        catch (LogUnavailableException failure)
        {
            LogFailed(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(EnrichedEndpoints).FullName!), failure);
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, upload, "The event log did not take all events; send the body again.");
        }
    }

    private static async Task AnswerAsync(HttpContext context, int status, Upload upload, string? error)
    {
        context.Response.StatusCode = status;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (error is not null)
            answer.Writer.WriteString("error", error);
        answer.Writer.WriteNumber("accepted", upload.Accepted);
        answer.Writer.WriteNumber("bad", upload.Bad);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static bool TryReadFormat(HttpRequest request, out UploadFormat format)
    {
        format = UploadFormat.Lines;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return false;
        if (type.MediaType.Equals(LineDelimitedJson, StringComparison.OrdinalIgnoreCase))
            format = UploadFormat.Json;
        return format == UploadFormat.Json || type.MediaType.Equals(TabSeparated, StringComparison.OrdinalIgnoreCase);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The event log did not take the events of an upload.")]
    private static partial void LogFailed(ILogger log, Exception failure);

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}

/// <summary>Bounds how many uploads are read at the same time.</summary>
internal sealed class UploadSlots(SignalsApiOptions options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.MaxConcurrentUploads);

    public Task<bool> TryTakeAsync(TimeSpan longestWait, CancellationToken cancellationToken) => _free.WaitAsync(longestWait, cancellationToken);

    public void Give() => _free.Release();

    public void Dispose() => _free.Dispose();
}
