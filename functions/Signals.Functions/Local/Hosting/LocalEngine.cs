using Signals.Engine.Definitions;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Signals.Functions.Hosting;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>The engine and the loops that stand in for triggers, as services. They need the stores.</summary>
internal static class LocalEngine
{
    /// <summary>How soon a process notices definitions that another one has changed in the same file.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    public static IServiceCollection AddStreaming(
        this IServiceCollection services, DefinitionRegistry registry, IdentityConfigurationRegistry identities, InterventionOptions interventions)
    {
        services.AddEngine(registry, interventions, Refresh);
        services.AddIdentities(identities, Refresh);
        // By the lease on the event log, which is not shared with those who share the other stores.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<StreamingLoop>(provider, provider.GetRequiredService<SqlitePartitionLease>()));
        services.AddHostedService(provider => provider.GetRequiredService<StreamingLoop>());
        services.AddHostedService<Housekeeping>();
        services.AddSingleton<IdentityForwarder>();
        services.AddSingleton<IMergeEventSink>(provider => provider.GetRequiredService<IdentityForwarder>());
        services.AddHostedService<IdentityUpkeepService>();
        return services;
    }
}
