using Azure.Core;
using Signals.Api;
using Signals.Api.Health;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.EventHubs;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;

namespace Signals.Functions.Cloud;

/// <summary>The whole product as services of the runtime on Azure: everything but the triggers.</summary>
internal static class CloudServices
{
    /// <summary>How soon an instance notices definitions that another one has changed. It costs one point read.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    /// <summary>Adds everything.</summary>
    /// <param name="services">Where to add.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="account">Where the stores are.</param>
    /// <param name="registry">The definitions in force.</param>
    /// <param name="identities">The configuration of identities in force.</param>
    /// <param name="credential">Who the process is.</param>
    public static void AddCloud(
        this IServiceCollection services, CloudSettings settings, CosmosAccount account, DefinitionRegistry registry, IdentityConfigurationRegistry identities, TokenCredential credential)
    {
        services.AddSingleton(settings);
        services.AddCosmosStores(account);
        services.AddEngine(registry, settings.Interventions, Refresh);
        services.AddIdentities(identities, Refresh);
        services.AddSingleton<RememberedEvents>();
        services.AddSingleton<IRecentEvents>(provider => provider.GetRequiredService<RememberedEvents>());
        services.AddProfileAccess();

        services.AddSingleton(provider => new HubCredential(credential, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new HubProducer(
            settings.EventHubs, settings.EnrichedHub, provider.GetRequiredService<HubCredential>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IEventSink>(provider => new EventHubsSink(
            provider.GetRequiredService<HubProducer>(), settings.EnrichedHubPartitions, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new IdentityHubs(
            provider.GetRequiredService<IdentityStage>(), Producer(provider, settings.ResolvedHub), settings.EnrichedHubPartitions, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IMergeEventSink>(provider => provider.GetRequiredService<IdentityHubs>());
        services.AddSingleton<IDeferredEvents>(provider => new DeferredHub(
            Producer(provider, settings.DeferredHub), settings.EnrichedHubPartitions, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new StreamingTriggerOptions());
        services.AddSingleton(provider => new ResolutionTrigger(
            provider.GetRequiredService<IdentityHubs>(), provider.GetRequiredService<IBadRowStore>(), provider.GetRequiredService<StreamingMetrics>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<StreamingTriggerOptions>(), provider.GetRequiredService<ILogger<ResolutionTrigger>>()));
        services.AddSingleton<IReadinessProbe>(provider => provider.GetRequiredService<ResolutionTrigger>());
        services.AddSingleton<ReconciliationTrigger>();
        services.AddSingleton<StreamingTrigger>();
        services.AddSingleton<IReadinessProbe>(provider => provider.GetRequiredService<StreamingTrigger>());

        services.AddSignalsApi(settings.ToApiOptions());
        services.AddWebhookDelivery();
        services.AddSingleton<SignalsPipeline>();
        services.AddSingleton<IReadinessProbe, ProfilesProbe>();

        HubProducer Producer(IServiceProvider provider, string hub) =>
            new(settings.EventHubs, hub, provider.GetRequiredService<HubCredential>(), provider.GetRequiredService<TimeProvider>());
    }
}
