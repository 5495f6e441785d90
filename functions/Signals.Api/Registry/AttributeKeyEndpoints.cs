using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Attribute keys (spec signals-api 3.1).</summary>
internal static class AttributeKeyEndpoints
{
    private const string Tag = "Attribute keys";
    private const string Keys = "/api/v1/registry/attribute_keys";
    private const string OneKey = Keys + "/{name}";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Keys, CreateAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Registers an attribute key.").Takes<AttributeKeyDefinition>().Answers<AttributeKeyResponse>().Refuses(400, 413, 422);
        app.MapGet(Keys, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "All attribute keys, the built-in ones included.").Answers<IReadOnlyList<AttributeKeyResponse>>();
        app.MapGet(OneKey, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "One attribute key.").Answers<AttributeKeyResponse>().Refuses(404);
        app.MapPut(OneKey, ReplaceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Replaces an attribute key.").Takes<AttributeKeyDefinition>().Answers<AttributeKeyResponse>().Refuses(400, 404, 413, 422);
        app.MapDelete(OneKey, DeleteAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Removes an unpublished attribute key that no group uses.").Answers<OkResponse>().Refuses(400, 404);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<AttributeKeyDefinition>(DefinitionJson.TryReadAttributeKey) is not { } key)
            return;
        var result = await context.Registry().CreateAttributeKeyAsync(key, context.RequestAborted);
        await context.AnswerAsync(result, AttributeKeyResponse.Of, RegistryJson.Default.AttributeKeyResponse);
    }

    private static Task ListAsync(HttpContext context)
    {
        var keys = context.Registry().Current.AttributeKeys.Values;
        return context.AnswerAsync([.. keys.Select(AttributeKeyResponse.Of)], RegistryJson.Default.IReadOnlyListAttributeKeyResponse);
    }

    private static Task GetAsync(HttpContext context) =>
        context.Registry().Current.AttributeKeys.TryGetValue(context.PathName(), out var key)
            ? context.AnswerAsync(AttributeKeyResponse.Of(key), RegistryJson.Default.AttributeKeyResponse)
            : context.NotFoundAsync($"Attribute key '{context.PathName()}' does not exist");

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<AttributeKeyDefinition>(DefinitionJson.TryReadAttributeKey) is not { } key)
            return;
        var result = await context.Registry().ReplaceAttributeKeyAsync(context.PathName(), key, context.RequestAborted);
        await context.AnswerAsync(result, AttributeKeyResponse.Of, RegistryJson.Default.AttributeKeyResponse);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var result = await context.Registry().DeleteAttributeKeyAsync(context.PathName(), context.RequestAborted);
        await context.AnswerAsync(result, _ => OkResponse.Instance, RegistryJson.Default.OkResponse);
    }
}
