using System.Text.Json;
using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Interventions and their versions (spec signals-api 5.2).</summary>
internal static class InterventionDefinitionEndpoints
{
    private const string Tag = "Interventions";
    private const string Interventions = "/api/v1/registry/interventions";
    private const string OneVersion = Interventions + "/{name}/versions/{version}";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Interventions, CreateAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Registers a version of an intervention.").Takes<InterventionDocument>().Answers<InterventionDocument>().Refuses(400, 413, 422);
        app.MapGet(Interventions, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "All versions of all interventions.")
            .TakesQuery("applied", "Only published versions, or only drafts.", JsonValueKind.True)
            .Answers<IReadOnlyList<InterventionDocument>>().Refuses(422);
        app.MapGet(Interventions + "/{name}", GetLatestAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "The highest version of an intervention.").Answers<InterventionDocument>().Refuses(404);
        app.MapGet(OneVersion, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "One version of an intervention.").Answers<InterventionDocument>().Refuses(404, 422);
        app.MapPut(OneVersion, ReplaceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Replaces a version. A published one keeps its definition.").Takes<InterventionDocument>().Answers<InterventionDocument>().Refuses(400, 404, 413, 422);
        app.MapDelete(OneVersion, DeleteAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Removes an unpublished version.").Answers<OkResponse>().Refuses(400, 404, 422);
    }

    /// <summary>All versions by name and version, or only those that are (not) published.</summary>
    public static IReadOnlyList<InterventionDocument> List(DefinitionSnapshot snapshot, bool? published) =>
    [
        .. from intervention in snapshot.Interventions.Values
           where published is null || intervention.IsPublished == published
           orderby intervention.Name, intervention.Version
           select InterventionDocument.Of(intervention),
    ];

    private static async Task CreateAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<InterventionDefinition>(DefinitionJson.TryReadIntervention) is not { } intervention)
            return;
        var result = await context.Registry().CreateInterventionAsync(intervention, context.RequestAborted);
        await AnswerAsync(context, result);
    }

    private static Task ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var applied = context.Request.Query.ReadFlag("applied", errors);
        return errors.Count > 0
            ? context.RefuseAsync(errors.Kept)
            : context.AnswerAsync(List(context.Registry().Current, applied), RegistryJson.Default.IReadOnlyListInterventionDocument);
    }

    private static Task GetLatestAsync(HttpContext context)
    {
        var name = context.PathName();
        var latest = context.Registry().Current.Interventions.Values.Where(intervention => intervention.Name == name).MaxBy(intervention => intervention.Version);
        return latest is null
            ? context.NotFoundAsync($"Intervention '{name}' does not exist")
            : context.AnswerAsync(InterventionDocument.Of(latest), RegistryJson.Default.InterventionDocument);
    }

    private static async Task GetAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id)
            return;
        if (context.Registry().Current.Interventions.TryGetValue(id, out var intervention))
            await context.AnswerAsync(InterventionDocument.Of(intervention), RegistryJson.Default.InterventionDocument);
        else
            await context.NotFoundAsync($"Version {id.Version} of intervention '{id.Name}' does not exist");
    }

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id
            || await context.ReadBodyAsync<InterventionDefinition>(DefinitionJson.TryReadIntervention) is not { } intervention)
            return;
        var result = await context.Registry().ReplaceInterventionAsync(id, intervention, context.RequestAborted);
        await AnswerAsync(context, result);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        if (await context.ReadPathVersionAsync() is not { } id)
            return;
        var result = await context.Registry().DeleteInterventionAsync(id, context.RequestAborted);
        await context.AnswerAsync(result, _ => OkResponse.Instance, RegistryJson.Default.OkResponse);
    }

    private static Task AnswerAsync(HttpContext context, RegistryResult<InterventionDefinition> result) =>
        context.AnswerAsync(result, InterventionDocument.Of, RegistryJson.Default.InterventionDocument);
}
