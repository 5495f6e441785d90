using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Services (spec signals-api 5.1).</summary>
internal static class ServiceEndpoints
{
    private const string Tag = "Services";
    private const string Services = "/api/v1/registry/services";
    private const string OneService = Services + "/{name}";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Services, CreateAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Registers a service.").Takes<ServiceDefinition>().Answers<ServiceDefinition>().Refuses(400, 413, 422);
        app.MapGet(Services, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "All services.").Answers<IReadOnlyList<ServiceDefinition>>();
        app.MapGet(OneService, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "One service.").Answers<ServiceDefinition>().Refuses(404);
        app.MapPut(OneService, ReplaceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Replaces a service; it may be repointed at any time.").Takes<ServiceDefinition>().Answers<ServiceDefinition>().Refuses(404, 413, 422);
        app.MapDelete(OneService, DeleteAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Removes an unpublished service.").Answers<OkResponse>().Refuses(400, 404);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<ServiceDefinition>(DefinitionJson.TryReadService) is not { } service)
            return;
        var result = await context.Registry().CreateServiceAsync(service, context.RequestAborted);
        await context.AnswerAsync(result, created => created, RegistryJson.Default.ServiceDefinition);
    }

    private static Task ListAsync(HttpContext context) =>
        context.AnswerAsync([.. context.Registry().Current.Services.Values], RegistryJson.Default.IReadOnlyListServiceDefinition);

    private static Task GetAsync(HttpContext context) =>
        context.Registry().Current.Services.TryGetValue(context.PathName(), out var service)
            ? context.AnswerAsync(service, RegistryJson.Default.ServiceDefinition)
            : context.NotFoundAsync($"Service '{context.PathName()}' does not exist");

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await context.ReadBodyAsync<ServiceDefinition>(DefinitionJson.TryReadService) is not { } service)
            return;
        var result = await context.Registry().ReplaceServiceAsync(context.PathName(), service, context.RequestAborted);
        await context.AnswerAsync(result, replaced => replaced, RegistryJson.Default.ServiceDefinition);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var result = await context.Registry().DeleteServiceAsync(context.PathName(), context.RequestAborted);
        await context.AnswerAsync(result, _ => OkResponse.Instance, RegistryJson.Default.OkResponse);
    }
}
