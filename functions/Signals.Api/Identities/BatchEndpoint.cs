using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Serving;
using Signals.Engine.Access;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>
/// <c>POST /identities/batch</c>, as pipelines call Snowplow's Identities API (spec identities, 8): HTTP Basic authentication with an API
/// key pair, a JSON array in and out.
/// </summary>
internal static class BatchEndpoint
{
    private const string MediaType = "application/x.snowplow.v1+json";
    private const int MaxBytes = 8 * 1024 * 1024;
    private const int MaxEvents = 10_000;
    private const int MaxEventIdLength = 36;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/identities/batch", ResolveAsync)
            .Describe(IdentityEndpoints.Tag, "Resolves the identifiers of a batch of events for a pipeline. HTTP Basic: key id and secret of an API key with the scope identities:write.")
            .Takes<IReadOnlyList<BatchEvent>>(MediaType).Answers<IReadOnlyList<BatchResult>>(MediaType).Refuses(400, 401, 403, 413, 415, 503);

    private static async Task ResolveAsync(HttpContext context)
    {
        if (!await IsAllowedAsync(context))
            return;
        var services = context.RequestServices;
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.MediaType.Value is not (MediaType or "application/json"))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, $"Content-Type: expected {MediaType}");
            return;
        }
        using var body = await RequestBody.ReadAsync(context, MaxBytes);
        var events = Read(body, out var error);
        if (error is not null)
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var plan = context.Configurations().Current;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var given = services.GetRequiredService<GivenIdentifiers>();
        var requests = events
            .Select(one => given.ToRequest(plan, one.Identifiers!.Given(), one.EventId!, TimeOf(one, now)))
            .OfType<ResolutionRequest>().ToList();
        var resolved = await services.GetRequiredService<IdentityResolver>().ResolveAsync(plan.Configuration, requests, context.RequestAborted);
        await AnswerAsync(context, requests, resolved);
    }

    private static async ValueTask<bool> IsAllowedAsync(HttpContext context)
    {
        var key = TryReadCredentials(context.Request.Headers.Authorization.ToString(), out var user, out var password)
            ? await context.RequestServices.GetRequiredService<ApiKeys>().VerifyAsync(user, password, context.RequestAborted)
            : null;
        if (key is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"identities\"";
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status401Unauthorized, "Unauthorized");
        }
        else if (!key.Scopes.Contains(AccessScopes.IdentitiesWrite))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status403Forbidden, $"The API key lacks the scope {AccessScopes.IdentitiesWrite}");
            key = null;
        }
        return key is not null;
    }

    private static bool TryReadCredentials(string header, out string user, out string password)
    {
        const string scheme = "Basic ";
        const int longest = 1024;
        (user, password) = ("", "");
        Span<byte> bytes = stackalloc byte[longest];
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[scheme.Length..].Trim(), bytes, out var length))
            return false;
        var pair = Encoding.UTF8.GetString(bytes[..length]).Split(':', 2);
        if (pair.Length != 2)
            return false;
        (user, password) = (pair[0], pair[1]);
        return true;
    }

    private static IReadOnlyList<BatchEvent> Read(RequestBody body, out string? error)
    {
        if (!ServingBody.TryRead(body.Bytes.Span, IdentityBodies.Default.IReadOnlyListBatchEvent, out var events, out error))
        {
            error = error.Replace("a JSON object", "a JSON array", StringComparison.Ordinal);
            return [];
        }
        error = events.Count > MaxEvents ? $"expected at most {MaxEvents} events" : null;
        for (var i = 0; error is null && i < events.Count; i++)
            error = ErrorIn(events[i], i);
        return events;
    }

    private static string? ErrorIn(BatchEvent? one, int index)
    {
        if (one is null)
            return $"[{index}]: expected an object";
        if (one.EventId is null or { Length: 0 or > MaxEventIdLength })
            return $"[{index}].event_id: expected 1 to {MaxEventIdLength} characters";
        if (one.Identifiers is null)
            return $"[{index}].identifiers: required";
        return one.DerivedTimestamp is { } time && !EventTime.TryParse(Encoding.UTF8.GetBytes(time), out _)
            ? $"[{index}].derived_timestamp: expected a time such as 2024-01-16 10:30:45.123, or null"
            : null;
    }

    private static EventTime TimeOf(BatchEvent one, DateTimeOffset now) =>
        IdentifierReader.TimeOf(one.DerivedTimestamp is { } text && EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time : null, now);

    private static async Task AnswerAsync(HttpContext context, List<ResolutionRequest> requests, IReadOnlyList<ResolutionResult> resolved)
    {
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartArray();
        for (var i = 0; i < requests.Count; i++)
        {
            // Every value may be set aside by a guard; such an event gets no entity, as one without identifiers.
            if (resolved[i].Id.IsNone)
                continue;
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("event_id", requests[i].EventId);
            answer.Writer.WriteString("snowplow_id", resolved[i].Id.ToString());
            answer.Writer.WriteString("created_at", IdentityText.Time(resolved[i].CreatedAt));
            answer.Writer.WriteEndObject();
        }
        answer.Writer.WriteEndArray();
        await answer.SendAsync(context, MediaType);
    }
}
