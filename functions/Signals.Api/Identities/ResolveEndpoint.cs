using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Api.Serving;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>Resolves identifiers, with or without an event, by <c>POST /api/v1/identities/resolve</c>.</summary>
internal static class ResolveEndpoint
{
    private const int MaxRequests = 1000;
    private const int MaxEventIdLength = 36;
    private const int MaxAppIdLength = 255;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost(IdentityEndpoints.Root + "/resolve", ResolveAsync).RequireScope(AccessScopes.IdentitiesWrite)
            .Describe(IdentityEndpoints.Tag, $"Resolves the identifiers of 1 to {MaxRequests} events, or of no event; read_only changes nothing.")
            .Takes<ResolveBody>().Answers<ResolveAnswer>().Refuses(400, 413, 422, 503);

    private static async Task ResolveAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        if (!ServingBody.TryRead(json.Bytes.Span, IdentityBodies.Default.ResolveBody, out var body, out var error))
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var plan = context.Configurations().Current;
        var errors = new FieldErrors();
        Check(body, plan, errors);
        if (errors.Count > 0)
        {
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var given = services.GetRequiredService<GivenIdentifiers>();
        var entries = body.Requests!.Select(request => ToEntry(request, given, plan, now)).ToList();
        IReadOnlyList<ResolutionRequest> requests = [.. entries.Select(entry => entry.Request).OfType<ResolutionRequest>()];
        var resolved = new Queue<ResolutionResult>(body.ReadOnly
            ? await services.GetRequiredService<IdentityPreview>().ResolveAsync(plan.Configuration, requests, context.RequestAborted)
            : await services.GetRequiredService<IdentityResolver>().ResolveAsync(plan.Configuration, requests, context.RequestAborted));
        await context.AnswerAsync(
            new ResolveAnswer([.. entries.Select(entry => View(entry.EventId, entry.Request is null ? null : resolved.Dequeue()))]), IdentityBodies.Default.ResolveAnswer);
    }

    private static void Check(ResolveBody body, IdentifierPlan plan, FieldErrors errors)
    {
        var list = FieldPath.Body.At("requests");
        if (body.Requests is null || body.Requests.Count is 0 or > MaxRequests)
        {
            errors.Add(list, "list_type", $"Input should be a list of 1 to {MaxRequests} requests");
            return;
        }
        var names = plan.Configuration.Identifiers.Select(type => type.Name).Append(GivenIdentifiers.AliasName).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < body.Requests.Count; i++)
        {
            if (body.Requests[i] is not { } request)
            {
                errors.Add(list.At(i), "model_type", "Input should be a valid dictionary or object");
                continue;
            }
            if (request.EventId is { Length: 0 or > MaxEventIdLength })
                errors.AddValue(list.At(i).At("event_id"), $"an event id has 1 to {MaxEventIdLength} characters");
            if (request.AppId is { Length: > MaxAppIdLength })
                errors.AddValue(list.At(i).At("app_id"), $"an application id has at most {MaxAppIdLength} characters");
            if (request.Identifiers is null || request.Identifiers.Count == 0)
                errors.Add(list.At(i).At("identifiers"), "missing", "Field required");
            foreach (var name in request.Identifiers?.Keys.Where(name => !names.Contains(name)) ?? [])
                errors.AddValue(list.At(i).At("identifiers").At(name), "no identifier of this name is configured");
        }
    }

    private static (string EventId, ResolutionRequest? Request) ToEntry(ResolveRequestBody body, GivenIdentifiers given, IdentifierPlan plan, DateTimeOffset now)
    {
        var id = body.EventId ?? Guid.NewGuid().ToString();
        EventTime? time = body.Time is { } said ? EventTime.From(said) : null;
        return (id, given.ToRequest(plan, body.Identifiers!.Given(), id, IdentifierReader.TimeOf(time, now), body.AppId ?? ""));
    }

    private static ResolveResult View(string eventId, ResolutionResult? resolved) => resolved is { Id.IsNone: false } result
        ? new ResolveResult(
            eventId, result.Id.ToString(), result.CreatedAt.ToDateTimeOffset(), IdentityViews.NameOf(result.Outcome),
            [.. result.Merged.Select(id => id.ToString())], [.. IdentityText.Names(result.Reasons)])
        : new ResolveResult(eventId, null, null, "none", [], resolved is { } none ? [.. IdentityText.Names(none.Reasons)] : []);
}
