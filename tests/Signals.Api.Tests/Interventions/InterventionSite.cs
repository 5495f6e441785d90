using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Interventions;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;

namespace Signals.Api.Tests.Interventions;

/// <summary>One or more processes on one SQLite file, each a Kestrel of its own with the whole HTTP surface.</summary>
public sealed class InterventionSite : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-interventions-");
    private readonly List<SqliteDatabase> _databases = [];
    private readonly List<ApiHost> _hosts = [];

    public static InterventionTarget Ann { get; } = new("domain_userid", "218e8926-3858-431d-b2ed-66da03a1cbe5");

    public static InterventionTarget AnnsSession { get; } = new("domain_sessionid", "8c9104e3-c300-4b20-82f2-93b7fa0b8feb");

    public static InterventionTarget Bob { get; } = new("domain_userid", "0f3b1f2e-58a5-4a54-8a3c-9f5a2f5c7a11");

    public StandingDefinitions Definitions { get; } = new();

    public ApiHost Host => _hosts[0];

    public IInterventionOutbox Outbox => OutboxOf(Host);

    public IWebhookStore Webhooks => Host.Services.GetRequiredService<IWebhookStore>();

    public static IInterventionOutbox OutboxOf(ApiHost host) => host.Services.GetRequiredService<IInterventionOutbox>();

    public static async Task<InterventionSite> StartAsync(
        SubscriptionOptions? options = null, Action<IServiceCollection>? services = null, Func<SignalsApiOptions, SignalsApiOptions>? configure = null)
    {
        var site = new InterventionSite();
        await site.AddProcessAsync(options, services, configure);
        return site;
    }

    public async Task<ApiHost> AddProcessAsync(
        SubscriptionOptions? options = null, Action<IServiceCollection>? services = null, Func<SignalsApiOptions, SignalsApiOptions>? configure = null)
    {
        var database = SqliteDatabase.Open(Path.Combine(_folder.FullName, "signals.db"));
        _databases.Add(database);
        var settings = new SignalsApiOptions { Subscriptions = options ?? new SubscriptionOptions { MaxPerAddress = 2000 } };
        var host = await ApiHost.StartAsync(configure?.Invoke(settings) ?? settings, collection =>
        {
            collection.AddSingleton(TimeProvider.System);
            collection.AddSingleton<IDefinitionSource>(Definitions);
            collection.AddSingleton<IInterventionOutbox>(new SqliteInterventionOutbox(database, TimeProvider.System));
            collection.AddSingleton<IWebhookStore>(new SqliteWebhookStore(database, TimeProvider.System));
            collection.AddSingleton(_ => database);
            services?.Invoke(collection);
        });
        _hosts.Add(host);
        return host;
    }

    public static InterventionMessage Message(InterventionTarget target, string name = "cart_help") => new()
    {
        InterventionId = Guid.NewGuid(),
        Name = name,
        Version = 1,
        Attributes = new Dictionary<string, string> { ["cart_value"] = "250.0" },
        Target = target,
        DecidedAt = TimeProvider.System.GetUtcNow(),
    };

    public async Task<InterventionMessage> SendAsync(InterventionTarget target, Func<InterventionMessage, InterventionMessage>? change = null)
    {
        var message = Message(target);
        message = change?.Invoke(message) ?? message;
        await Outbox.AppendAsync([message], default);
        return message;
    }

    /// <summary>Ends one of the processes, as if it were told to.</summary>
    public async Task StopAsync(ApiHost host)
    {
        await host.DisposeAsync();
        _hosts.Remove(host);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        foreach (var database in _databases)
            await database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Definitions that a test sets.</summary>
public sealed class StandingDefinitions : IDefinitionSource
{
    public DefinitionSnapshot Current { get; set; } = new DefinitionSnapshot() with
    {
        AttributeKeys = BuiltInAttributeKeys.All
            .Append(new AttributeKeyDefinition { Name = "visitor", Key = "legacy_visitor" })
            .ToImmutableSortedDictionary(key => key.Name, key => key, StringComparer.Ordinal),
    };
}
