using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Functions.Local.Hosting;

/// <summary>The engine and what runs it in the background, as services. They need the stores.</summary>
internal static class LocalEngine
{
    public static IServiceCollection AddStreaming(this IServiceCollection services, DefinitionRegistry registry, InterventionOptions interventions)
    {
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(registry);
        services.AddSingleton<IDefinitionSource>(registry);
        services.AddSingleton(provider => new StreamingMetrics(provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.AddSingleton(provider => new StreamingEngine(
            registry, provider.GetRequiredService<IProfileStore>(), provider.GetRequiredService<Engine.Events.IBadRowStore>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<StreamingMetrics>(),
            new InterventionEngine(provider.GetRequiredService<IInterventionOutbox>(), interventions)));
        services.AddSingleton(interventions);
        services.AddSingleton<IInterventionPayloads, InterventionPayloadReader>();
        services.AddSingleton<StreamingLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<StreamingLoop>());
        services.AddHostedService<DefinitionRefresh>();
        services.AddHostedService<Housekeeping>();
        return services;
    }
}
