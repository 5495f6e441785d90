using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Health;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Interventions at run time: subscribe, push, read what was decided (spec signals-api, part 11).</summary>
internal static class InterventionEndpoints
{
    private const string Tag = "Interventions";
    private const string Path = "/api/v1/interventions";
    private const int DefaultDecisions = 100;
    private const int MaxDecisions = 1000;

    /// <summary>Adds what the endpoints need but an <see cref="IInterventionOutbox"/> and an <see cref="IInterventionPayloads"/>.</summary>
    public static void AddServices(IServiceCollection services, SubscriptionOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ClientLimits>();
        services.AddSingleton<SubscriptionTokens>();
        services.AddSingleton<SubscriptionMetrics>();
        services.AddSingleton<SubscriptionHub>();
        services.AddSingleton<HubPresence>();
        services.AddSingleton<DeliveryReceipts>();
        services.AddSingleton<SubscriptionBacklog>();
        services.AddSingleton<SubscriptionEndpoint>();
        services.AddSingleton<InterventionPusher>();
        services.AddSingleton<HubService>();
        services.AddHostedService(provider => provider.GetRequiredService<HubService>());
        services.AddSingleton<IReadinessProbe>(provider => provider.GetRequiredService<HubService>());
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, InterventionJson.Default));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, context => context.RequestServices.GetRequiredService<SubscriptionEndpoint>().HandleAsync(context))
            .AllowWithoutToken()
            .Describe(Tag, "Subscribes to interventions: a stream of server-sent events. The query names identifiers by attribute key.")
            .TakesQuery("domain_userid", "An identifier, a UUID. Any attribute key may be named, and any several times.")
            .Answers<InterventionPayloadView>("text/event-stream")
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable);
        app.MapPost(Path, PushAsync)
            .RequireScope(AccessScopes.InterventionsPush)
            .Describe(Tag, "Pushes an intervention to the subscribers of the identifiers that the query names, and says what became of it.")
            .TakesQuery("domain_userid", "An identifier, a UUID. Any attribute key may be named, and any several times.")
            .Takes<PushBody>()
            .Answers<PushAnswer>()
            .Refuses(StatusCodes.Status400BadRequest);
        app.MapPost(Path + "/subscription-token", IssueTokenAsync)
            .RequireScope(AccessScopes.InterventionsPush)
            .Describe(Tag, "Makes a token that permits to subscribe to exactly the identifiers that the query names.")
            .TakesQuery("domain_userid", "An identifier, a UUID. Any attribute key may be named, and any several times.")
            .Takes<SubscriptionTokenBody>()
            .Answers<SubscriptionTokenAnswer>()
            .Refuses(StatusCodes.Status400BadRequest);
        app.MapGet(Path + "/decisions", ListDecisionsAsync)
            .RequireScope(AccessScopes.AttributesRead)
            .Describe(Tag, "The newest interventions that were decided, newest first, those held out included.")
            .TakesQuery("name", "Only those of this intervention.")
            .TakesQuery("limit", "How many, 1 to 1000; 100 when absent.", JsonValueKind.Number)
            .TakesQuery("before", "The member next of an earlier answer: goes on where that one ended.", JsonValueKind.Number)
            .Answers<DecisionList>()
            .Refuses(StatusCodes.Status400BadRequest);
        InterventionTestEndpoint.Map(app);
    }

    private static async Task PushAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        var request = default(PushRequest);
        if (!TryReadTargets(context, out var targets, out var error)
            || !TryParse(json.Bytes, out var body, out error)
            || !PushRequest.TryRead(body, out request, out error))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var messages = request.ToMessages(targets, services.GetRequiredService<TimeProvider>().GetUtcNow());
        var status = await services.GetRequiredService<InterventionPusher>().PushAsync(messages, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status", InterventionPusher.NameOf(status));
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task IssueTokenAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        if (!TryReadTargets(context, out var targets, out var error)
            || !SubscriptionTokenBody.TryReadLifetime(json.Bytes, out var lifetime, out error))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var expiresAt = services.GetRequiredService<TimeProvider>().GetUtcNow() + lifetime;
        var token = await services.GetRequiredService<SubscriptionTokens>().IssueAsync(targets, expiresAt, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("token", token);
        answer.Writer.WriteString("expires_at", DateTimeOffset.FromUnixTimeSeconds(expiresAt.ToUnixTimeSeconds()).UtcDateTime);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task ListDecisionsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (limit, before) = ((long)DefaultDecisions, long.MaxValue);
        if (query.ContainsKey("limit") && !(TryReadNumber(query["limit"].ToString(), out limit) && limit is >= 1 and <= MaxDecisions))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, $"limit: expected an integer from 1 to {MaxDecisions}");
            return;
        }
        if (query.ContainsKey("before") && !TryReadNumber(query["before"].ToString(), out before))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, "before: expected the member next of an earlier answer");
            return;
        }
        string? name = query["name"];
        var outbox = context.RequestServices.GetRequiredService<IInterventionOutbox>();
        var entries = await outbox.ReadNewestAsync(string.IsNullOrEmpty(name) ? null : name, before, (int)limit, context.RequestAborted);

        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("decisions");
        foreach (var entry in entries)
            WriteDecision(answer.Writer, entry);
        answer.Writer.WriteEndArray();
        if (entries.Count == limit)
            answer.Writer.WriteNumber("next", entries[^1].Sequence);
        else
            answer.Writer.WriteNull("next");
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void WriteDecision(Utf8JsonWriter writer, OutboxEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("sequence", entry.Sequence);
        writer.WriteString("decision", entry.Message.Decision == InterventionDecision.HeldOut ? "held_out" : "deliver");
        writer.WriteString("decided_at", entry.Message.DecidedAt.UtcDateTime);
        if (entry.Message.ExpiresAt is { } expiresAt)
            writer.WriteString("expires_at", expiresAt.UtcDateTime);
        else
            writer.WriteNull("expires_at");
        EventStreamFrame.WritePayloadMembers(writer, entry.Message);
        writer.WriteEndObject();
    }

    internal static bool TryReadTargets(HttpContext context, out List<SubscriptionKey> targets, [NotNullWhen(false)] out string? error)
    {
        var services = context.RequestServices;
        return SubscriptionQuery.TryRead(
            context.Request.Query,
            services.GetRequiredService<IDefinitionSource>().Current,
            services.GetRequiredService<SubscriptionOptions>(),
            out targets,
            out error);
    }

    private static bool TryParse(ReadOnlyMemory<byte> json, out JsonElement body, [NotNullWhen(false)] out string? error)
    {
        error = JsonBody.TryParse(json, out body, out var problem) ? null : $"the body: {problem.Msg}";
        return error is null;
    }

    private static bool TryReadNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
