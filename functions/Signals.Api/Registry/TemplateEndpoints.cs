using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Ready-made sets of attributes (spec signals-api 4.8).</summary>
internal static class TemplateEndpoints
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/registry/templates/attribute_groups", ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe("Attribute groups", "Ready-made sets of attributes to start a group from.").Answers<TemplatesResponse>();

    private static Task ListAsync(HttpContext context) =>
        context.AnswerAsync(new TemplatesResponse([.. GroupTemplates.All.Select(TemplateResponse.Of)]), RegistryJson.Default.TemplatesResponse);
}
