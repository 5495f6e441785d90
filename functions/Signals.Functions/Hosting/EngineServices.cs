using System.Diagnostics.Metrics;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;

namespace Signals.Functions.Hosting;

/// <summary>The streaming engine and what reads and edits profiles, as services of any runtime. They need the stores.</summary>
internal static class EngineServices
{
    /// <summary>Adds the engine, without what brings batches to it.</summary>
    /// <param name="services">Where to add.</param>
    /// <param name="registry">The definitions in force.</param>
    /// <param name="interventions">What interventions carry, and how often they are sent.</param>
    /// <param name="refresh">How often to look for definitions that another process has changed.</param>
    public static IServiceCollection AddEngine(
        this IServiceCollection services, DefinitionRegistry registry, InterventionOptions interventions, TimeSpan refresh)
    {
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(registry);
        services.AddSingleton<IDefinitionSource>(registry);
        services.AddSingleton(provider => new StreamingMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new StreamingEngine(
            registry, provider.GetRequiredService<IProfileStore>(), provider.GetRequiredService<IBadRowStore>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<StreamingMetrics>(),
            new InterventionEngine(provider.GetRequiredService<IInterventionOutbox>(), interventions)));
        services.AddSingleton(interventions);
        services.AddSingleton<IInterventionPayloads, InterventionPayloadReader>();
        services.AddHostedService(provider => new DefinitionRefresh(
            registry, refresh, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DefinitionRefresh>>()));
        return services;
    }

    /// <summary>Adds what the HTTP surface needs of the engine: reading and editing profiles.</summary>
    public static IServiceCollection AddProfileAccess(this IServiceCollection services)
    {
        services.AddSingleton<AttributeReader>();
        services.AddSingleton<ProfileEditor>();
        services.AddSingleton<IProfileCleanup>(provider => provider.GetRequiredService<ProfileEditor>());
        return services;
    }
}
