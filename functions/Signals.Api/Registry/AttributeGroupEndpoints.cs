using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Attribute groups and their versions (spec signals-api 4.1).</summary>
internal static class AttributeGroupEndpoints
{
    private const string Tag = "Attribute groups";
    private const string Groups = "/api/v1/registry/attribute_groups";
    private const string OneVersion = Groups + "/{name}/versions/{version}";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Groups, CreateAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Registers a version of an attribute group.").Takes<AttributeGroupDefinition>().Answers<AttributeGroupResponse>().Refuses(400, 413, 422);
        AttributeGroupList.Map(app, Groups, Tag);
        app.MapGet(Groups + "/{name}", GetLatestAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "The highest version of an attribute group.").Answers<AttributeGroupResponse>().Refuses(404);
        app.MapGet(OneVersion, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "One version of an attribute group.").Answers<AttributeGroupResponse>().Refuses(404, 422);
        app.MapPut(OneVersion, ReplaceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Replaces a version. A published one keeps its definition.").Takes<AttributeGroupDefinition>().Answers<AttributeGroupResponse>().Refuses(400, 404, 413, 422);
        app.MapDelete(OneVersion, DeleteAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Removes an unpublished version and its stored values.").Answers<OkResponse>().Refuses(400, 404, 422);
        app.MapPut(OneVersion + "/batch_source", SetBatchSourceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Sets the warehouse table of an offline group, published or not.").Takes<BatchSource>().Answers<OkResponse>().Refuses(404, 413, 422);
        app.MapGet(OneVersion + "/batch_sync_status", GetSyncStatusAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "How far past values of a published version have been loaded.").Answers<BatchSyncStatusResponse>().Refuses(400, 404, 422);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<AttributeGroupDefinition>(DefinitionJson.TryReadAttributeGroup) is not { } group)
            return;
        var result = await context.Registry().CreateAttributeGroupAsync(group, context.RequestAborted);
        await AnswerAsync(context, result);
    }

    private static Task GetLatestAsync(HttpContext context)
    {
        var name = context.PathName();
        var latest = context.Registry().Current.AttributeGroups.Values.Where(group => group.Name == name).MaxBy(group => group.Version);
        return latest is null ? context.NotFoundAsync($"Attribute group '{name}' does not exist") : AnswerAsync(context, latest);
    }

    private static async Task GetAsync(HttpContext context)
    {
        if (await ReadGroupAsync(context) is { } group)
            await AnswerAsync(context, group);
    }

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id
            || await context.ReadBodyAsync<AttributeGroupDefinition>(DefinitionJson.TryReadAttributeGroup) is not { } group)
            return;
        var result = await context.Registry().ReplaceAttributeGroupAsync(id, group, context.RequestAborted);
        await AnswerAsync(context, result);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id)
            return;
        var result = await context.Registry().DeleteAttributeGroupAsync(id, context.RequestAborted);
        if (result is RegistryResult<DeletedAttributeGroup>.Ok { Value: { UnusedDefinitions.Count: > 0 } deleted })
        {
            // The definition is gone already: a client that leaves now must not keep the values from being removed.
            var cleanup = context.RequestServices.GetRequiredService<IProfileCleanup>();
            await cleanup.RemoveDefinitionsAsync(deleted.Group.AttributeKey.Name, deleted.UnusedDefinitions, CancellationToken.None);
        }
        await context.AnswerAsync(result, _ => OkResponse.Instance, RegistryJson.Default.OkResponse);
    }

    private static async Task SetBatchSourceAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id
            || await context.ReadBodyAsync<BatchSource>(DefinitionJson.TryReadBatchSource) is not { } source)
            return;
        var result = await context.Registry().SetBatchSourceAsync(id, source, context.RequestAborted);
        await context.AnswerAsync(result, _ => OkResponse.Instance, RegistryJson.Default.OkResponse);
    }

    private static async Task GetSyncStatusAsync(HttpContext context)
    {
        if (await ReadGroupAsync(context) is not { } group)
            return;
        if (group.IsPublished)
            await context.AnswerAsync(BatchSyncStatusResponse.Of(group), RegistryJson.Default.BatchSyncStatusResponse);
        else
            await Http.ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, $"Version {group.Version} of attribute group '{group.Name}' is not published");
    }

    // Null when there is none, and the refusal has been written.
    private static async ValueTask<AttributeGroupDefinition?> ReadGroupAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id)
            return null;
        if (context.Registry().Current.AttributeGroups.TryGetValue(id, out var group))
            return group;
        await context.NotFoundAsync($"Version {id.Version} of attribute group '{id.Name}' does not exist");
        return null;
    }

    private static Task AnswerAsync(HttpContext context, RegistryResult<AttributeGroupDefinition> result) =>
        context.AnswerAsync(result, group => View(context, group), RegistryJson.Default.AttributeGroupResponse);

    private static Task AnswerAsync(HttpContext context, AttributeGroupDefinition group) =>
        context.AnswerAsync(View(context, group), RegistryJson.Default.AttributeGroupResponse);

    private static AttributeGroupResponse View(HttpContext context, AttributeGroupDefinition group) =>
        AttributeGroupResponse.Of(group, context.Registry().Current.KeyOf(group), syntax: null);
}
