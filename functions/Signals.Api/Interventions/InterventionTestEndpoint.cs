using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Sends a published intervention by hand to one identifier, with the attributes that it has now (spec signals-api 9.3).</summary>
internal static class InterventionTestEndpoint
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/testing/interventions/send", SendAsync)
            .RequireScope(AccessScopes.InterventionsPush)
            .Describe("Interventions", "Sends a published intervention to the identifiers that the query names, as its rule would, and says what became of it.")
            .TakesQuery("domain_userid", "An identifier, a UUID. Any attribute key may be named, and any several times.")
            .Takes<InterventionTestBody>()
            .Answers<InterventionTestAnswer>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);

    private static async Task SendAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        if (!InterventionEndpoints.TryReadTargets(context, out var targets, out var error) || !TryReadName(json.Bytes, out var name, out var version, out error))
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status422UnprocessableEntity, error);
            return;
        }
        if (Find(services.GetRequiredService<IDefinitionSource>().Current, name, version) is not { } definition)
        {
            var missing = version is null ? $"Intervention '{name}' has no published version" : $"Version {version} of intervention '{name}' is not published";
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status404NotFound, missing);
            return;
        }

        var messages = await MessagesAsync(services, definition, targets, context.RequestAborted);
        var status = await services.GetRequiredService<InterventionPusher>().PushAsync(messages, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status", InterventionPusher.NameOf(status));
        EventStreamFrame.WritePayloadMembers(answer.Writer, messages[0]);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static InterventionDefinition? Find(DefinitionSnapshot definitions, string name, int? version) =>
        definitions.Interventions.Values
            .Where(definition => definition.IsPublished && definition.Name == name && (version is null || definition.Version == version))
            .MaxBy(definition => definition.Version);

    private static async ValueTask<IReadOnlyList<InterventionMessage>> MessagesAsync(
        IServiceProvider services, InterventionDefinition definition, List<SubscriptionKey> targets, CancellationToken cancellationToken)
    {
        var payloads = services.GetRequiredService<IInterventionPayloads>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var id = Guid.NewGuid();
        var messages = new List<InterventionMessage>();
        foreach (var target in targets)
        {
            messages.Add(new InterventionMessage
            {
                InterventionId = id,
                Name = definition.Name,
                Version = definition.Version,
                Attributes = await payloads.ReadAsync(definition, target.ToTarget(), cancellationToken),
                Target = target.ToTarget(),
                DecidedAt = now,
                ExpiresAt = now + definition.Guards.ExpiresAfter,
                WantsReceipt = true,
            });
        }
        return messages;
    }

    private static bool TryReadName(ReadOnlyMemory<byte> json, out string name, out int? version, [NotNullWhen(false)] out string? error)
    {
        (name, version) = ("", null);
        error = null;
        if (!JsonBody.TryParse(json, out var body, out _) || body.ValueKind != JsonValueKind.Object)
            error = "the body is not a JSON object";
        else if (PushRequest.TryReadName(body, out name, out error) && body.TryGetProperty("version", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            if (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number) && number >= 1)
                version = number;
            else
                error = "version: expected an integer from 1";
        }
        return error is null;
    }
}
