using Microsoft.Extensions.DependencyInjection;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>
/// Identities: configuration, resolution, lookup, erasure, statistics, health of identifiers (spec identities). They need an
/// <see cref="IdentityConfigurationRegistry"/>, an <see cref="IdentityResolver"/>, an <see cref="IIdentityStore"/>, an <see cref="IdentityEraser"/>, an
/// <see cref="IRecentEvents"/> and the <see cref="ExtractionMetrics"/>.
/// </summary>
internal static class IdentityEndpoints
{
    /// <summary>The area under which the OpenAPI document lists them.</summary>
    public const string Tag = "Identities";

    /// <summary>What all their paths begin with.</summary>
    public const string Root = "/api/v1/identities";

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<GivenIdentifiers>();
        services.AddSingleton<IdentityLookup>();
        services.AddSingleton<IdentityPreview>();
        services.AddSingleton<PersonErasure>();
        services.AddSingleton<IdentityTrials>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, IdentityBodies.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, TrialBodies.Default);
        });
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        ConfigurationEndpoints.Map(app);
        ResolveEndpoint.Map(app);
        BatchEndpoint.Map(app);
        LookupEndpoints.Map(app);
        ErasureEndpoints.Map(app);
        StatisticsEndpoint.Map(app);
        TrialEndpoints.Map(app);
    }
}
