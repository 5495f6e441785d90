using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;

namespace Signals.Functions.Hosting;

/// <summary>The stores in Cosmos DB, as services of any runtime. They need a clock.</summary>
internal static class CosmosStores
{
    public static IServiceCollection AddCosmosStores(this IServiceCollection services, CosmosAccount account)
    {
        services.AddSingleton(account);
        services.AddSingleton<IProfileStore, CosmosProfileStore>();
        services.AddSingleton<IDefinitionStore, CosmosDefinitionStore>();
        services.AddSingleton<IAccessStore, CosmosAccessStore>();
        services.AddSingleton<IBadRowStore>(_ => new CosmosBadRowStore(account));
        services.AddSingleton<IPartitionLease, CosmosPartitionLease>();
        services.AddSingleton<IInterventionOutbox, CosmosInterventionOutbox>();
        services.AddSingleton<IWebhookStore, CosmosWebhookStore>();
        services.AddSingleton<IIdentityStore, CosmosIdentityStore>();
        return services;
    }
}
