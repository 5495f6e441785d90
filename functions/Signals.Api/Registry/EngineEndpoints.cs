using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Publishing by reference, and what the engines work with (spec signals-api 7.1 and 7.2).</summary>
internal static class EngineEndpoints
{
    private const string Tag = "Publishing";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/engines/publish", PublishAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Publishes everything that is named, or nothing.").Takes<PublishRequest>().Answers<PublishResponse>().Refuses(404, 413, 422);
        app.MapPost("/api/v1/engines/unpublish", UnpublishAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Unpublishes everything that is named, or nothing. Stored values stay.").Takes<PublishRequest>().Answers<PublishResponse>().Refuses(404, 413, 422);
        app.MapGet("/api/v1/engines/stream_attributes", GetStreamAttributesAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "The values that the streaming engine computes, equal definitions once.").Answers<StreamAttributesResponse>();
        app.MapGet("/api/v1/engines/interventions", GetInterventionsAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "The published interventions.").Answers<EngineInterventionsResponse>();
    }

    private static async Task PublishAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<DefinitionReferences>(DefinitionJson.TryReadReferences) is not { } references)
            return;
        var result = await context.Registry().PublishAsync(references, context.RequestAborted);
        await context.AnswerAsync(result, done => new PublishResponse(done.All.Count > 0 ? "published" : "nothing to publish"), RegistryJson.Default.PublishResponse);
    }

    private static async Task UnpublishAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<DefinitionReferences>(DefinitionJson.TryReadReferences) is not { } references)
            return;
        var result = await context.Registry().UnpublishAsync(references, context.RequestAborted);
        await context.AnswerAsync(result, done => new PublishResponse(done.All.Count > 0 ? "unpublished" : "nothing to unpublish"), RegistryJson.Default.PublishResponse);
    }

    private static Task GetStreamAttributesAsync(HttpContext context)
    {
        var snapshot = context.Registry().Current;
        var response = new StreamAttributesResponse([.. StreamAttributes.Of(snapshot).Select(StreamAttributeResponse.Of)], snapshot.PublishedAt);
        return context.AnswerAsync(response, RegistryJson.Default.StreamAttributesResponse);
    }

    private static Task GetInterventionsAsync(HttpContext context)
    {
        var snapshot = context.Registry().Current;
        var response = new EngineInterventionsResponse(InterventionDefinitionEndpoints.List(snapshot, published: true), snapshot.PublishedAt);
        return context.AnswerAsync(response, RegistryJson.Default.EngineInterventionsResponse);
    }
}
