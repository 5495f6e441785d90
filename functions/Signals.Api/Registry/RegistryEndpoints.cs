using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>
/// The registry: attribute keys, groups, services, interventions, publishing. Needs a <see cref="DefinitionRegistry"/> and an
/// <see cref="IProfileCleanup"/>.
/// </summary>
public static class RegistryEndpoints
{
    /// <summary>Maps all of them under <c>/api/v1</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var registry = app.MapGroup("");
        ((IEndpointConventionBuilder)registry).Add(RefuseLongNames);
        AttributeKeyEndpoints.Map(registry);
        AttributeGroupEndpoints.Map(registry);
        ServiceEndpoints.Map(registry);
        InterventionDefinitionEndpoints.Map(registry);
        EngineEndpoints.Map(registry);
        TemplateEndpoints.Map(registry);
        WarehouseEndpoints.Map(registry);
    }

    /// <summary>Adds the schemas of the registry to the OpenAPI document.</summary>
    internal static void AddSchemas(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, RegistryJson.Default));
        services.Configure<OpenApiOptions>("v1", options => options.AddSchemaTransformer(RegistrySchemas.TransformAsync));
    }

    private static void RefuseLongNames(EndpointBuilder endpoint)
    {
        var handler = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            var errors = new FieldErrors();
            if (context.PathName() is var name && name.Length > TextRules.ObjectName.Max)
                TextRules.ObjectName.Check(name, FieldPath.PathParameter("name"), errors);
            return errors.Count > 0 ? context.RefuseAsync(errors.Kept) : handler(context);
        };
    }
}
