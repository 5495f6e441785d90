using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;

namespace Signals.Api.Tests.Hosting;

/// <summary>An <see cref="ApiHost"/> with definitions, profiles and the streaming engine on a SQLite file of its own.</summary>
public sealed class ServingHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("signals-api-tests").FullName;
    private readonly SqliteDatabase _database;
    private StreamingEngine _engine = null!;
    private IdentityConfigurationRegistry _identities = null!;
    private long _sequence;

    private ServingHost() => _database = SqliteDatabase.Open(Path.Combine(_folder, "signals.db"));

    public ApiHost Api { get; private set; } = null!;

    public HttpClient Client => Api.Client;

    public DefinitionRegistry Registry { get; private set; } = null!;

    public static async Task<ServingHost> StartAsync()
    {
        var host = new ServingHost();
        var clock = new TestClock();
        var profiles = new SqliteProfileStore(host._database, clock);
        var badRows = new SqliteBadRowStore(host._database);
        host.Registry = await DefinitionRegistry.OpenAsync(new SqliteDefinitionStore(host._database), clock, default);
        var metrics = new StreamingMetrics();
        host._engine = new StreamingEngine(host.Registry, profiles, badRows, clock, metrics);
        host._identities = await IdentityConfigurationRegistry.OpenAsync(new SqliteDefinitionStore(host._database), clock, default);
        var graph = new MemoryIdentityStore();
        host.Api = await ApiHost.StartAsync(services: services =>
        {
            services.AddSingleton(host._identities);
            services.AddSingleton<IIdentityStore>(graph);
            services.AddSingleton(new IdentityResolver(graph, null, clock));
            services.AddSingleton(new IdentityEraser(graph, null, clock));
            services.AddSingleton<IRecentEvents>(new RememberedEvents());
            services.AddSingleton(new ExtractionMetrics());
            services.AddSingleton<TimeProvider>(clock);
            services.AddSingleton<IBadRowStore>(badRows);
            services.AddSingleton<IDefinitionSource>(host.Registry);
            services.AddSingleton(host.Registry);
            services.AddSingleton(metrics);
            services.AddSingleton(new AttributeReader(host.Registry, profiles, clock));
            services.AddSingleton(new ProfileEditor(host.Registry, profiles, clock));
            services.AddSingleton<IInterventionPayloads>(new InterventionPayloadReader(host.Registry, profiles, clock, new InterventionOptions()));
            services.AddSingleton<IWebhookStore>(new SqliteWebhookStore(host._database, clock));
            services.AddSingleton<IProfileCleanup>(provider => provider.GetRequiredService<ProfileEditor>());
        });
        return host;
    }

    public async Task PublishAsync(AttributeGroupDefinition group)
    {
        var result = await Registry.CreateAttributeGroupAsync(group with { IsPublished = true }, default);
        Assert.IsType<RegistryResult<AttributeGroupDefinition>.Ok>(result);
    }

    public async Task PublishAsync(ServiceDefinition service)
    {
        var result = await Registry.CreateServiceAsync(service with { IsPublished = true }, default);
        Assert.IsType<RegistryResult<ServiceDefinition>.Ok>(result);
    }

    /// <summary>Runs lines through the streaming engine.</summary>
    public async Task<BatchResult> StreamAsync(params string[] lines) =>
        await _engine.ProcessAsync(
            [.. lines.Select(l => new LogRecord(new LogPosition(0, _sequence++), LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(l)))], default);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Registry.Dispose();
        _identities.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
