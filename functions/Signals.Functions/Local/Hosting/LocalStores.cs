using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>The stores in a SQLite file, as services.</summary>
internal static class LocalStores
{
    /// <summary>The event log, the events deferred from it, and who reads it.</summary>
    public static IServiceCollection AddSqliteEventLog(this IServiceCollection services, SqliteDatabase database, SqliteEventLogOptions eventLog)
    {
        services.AddSingleton(database);
        services.AddSingleton(provider => new SqliteEventLog(database, provider.GetRequiredService<TimeProvider>(), eventLog));
        services.AddSingleton<IEventLog>(provider => provider.GetRequiredService<SqliteEventLog>());
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<SqliteEventLog>());
        services.AddSingleton<SqliteDeferredEvents>();
        services.AddSingleton<IDeferredQueue>(provider => provider.GetRequiredService<SqliteDeferredEvents>());
        services.AddSingleton<IDeferredEvents>(provider => provider.GetRequiredService<SqliteDeferredEvents>());
        services.AddSingleton(provider => new SqlitePartitionLease(database, provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Everything else.</summary>
    public static IServiceCollection AddSqliteStores(this IServiceCollection services, SqliteDatabase database)
    {
        services.AddSingleton<IProfileStore>(provider => new SqliteProfileStore(database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IBadRowStore>(_ => new SqliteBadRowStore(database));
        services.AddSingleton<IDefinitionStore>(_ => new SqliteDefinitionStore(database));
        services.AddSingleton<IInterventionOutbox>(provider => new SqliteInterventionOutbox(database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IWebhookStore>(provider => new SqliteWebhookStore(database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IIdentityStore>(_ => new SqliteIdentityStore(database));
        services.AddSingleton<IAccessStore>(_ => new SqliteAccessStore(database));
        services.AddSingleton<IPartitionLease>(provider => provider.GetRequiredService<SqlitePartitionLease>());
        return services;
    }
}
