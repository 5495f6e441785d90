using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Api.Tests.Registry;
using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;

namespace Signals.Api.Tests.Identities;

/// <summary>The identity endpoints over a graph in memory, and definitions in a SQLite file of their own.</summary>
public sealed class IdentityHost : IAsyncDisposable
{
    private readonly string _directory;
    private readonly SqliteDatabase _database;

    private IdentityHost(string directory, SqliteDatabase database, IdentityConfigurationRegistry registry)
    {
        _directory = directory;
        _database = database;
        Registry = registry;
    }

    public ApiHost Api { get; private set; } = null!;

    public IdentityConfigurationRegistry Registry { get; }

    public MemoryIdentityStore Graph { get; } = new();

    public SqliteProfileStore Profiles { get; private set; } = null!;

    public RememberedEvents Events { get; } = new();

    public static async Task<IdentityHost> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("signals-identities-").FullName;
        var database = SqliteDatabase.Open(Path.Combine(directory, "signals.db"));
        var clock = new TestClock();
        var registry = await IdentityConfigurationRegistry.OpenAsync(new SqliteDefinitionStore(database), clock, default);
        var definitions = await DefinitionRegistry.OpenAsync(new SqliteDefinitionStore(database), clock, default);
        var host = new IdentityHost(directory, database, registry) { Profiles = new SqliteProfileStore(database, clock) };
        host.Api = await ApiHost.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSingleton(registry);
            services.AddSingleton<IIdentityConfigurationSource>(registry);
            services.AddSingleton<IIdentityStore>(host.Graph);
            services.AddSingleton(new IdentityResolver(host.Graph, null, clock));
            services.AddSingleton(new IdentityEraser(host.Graph, null, clock));
            services.AddSingleton<IDefinitionSource>(definitions);
            services.AddSingleton(new ProfileEditor(definitions, host.Profiles, clock));
            services.AddSingleton<IWebhookStore>(new SqliteWebhookStore(database, clock));
            services.AddSingleton<IRecentEvents>(host.Events);
            services.AddSingleton(new ExtractionMetrics());
        });
        return host;
    }

    public async Task PublishAsync(string json)
    {
        Assert.True(IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(json), out var configuration, out _));
        Assert.IsType<RegistryResult<IdentityConfigurationVersion>.Ok>(await Registry.PublishAsync(configuration, "test", null, default));
    }

    /// <summary>Sends JSON with the sandbox token; paths without a slash are under <c>/api/v1/identities</c>.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null, string? ifMatch = null)
    {
        using var response = await RequestAsync(method, path, body?.ToJsonString(), ifMatch);
        return new Answer((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/api/v1/identities/{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Api.Client.SendAsync(request);
    }

    /// <summary>An API key pair as a pipeline sends it.</summary>
    public async Task<AuthenticationHeaderValue> CreateBasicAsync(params IReadOnlyList<string> scopes)
    {
        var key = await Api.Services.GetRequiredService<ApiKeys>().CreateAsync("org", "pipeline", scopes, default);
        return Basic($"{key.Key.KeyId}:{key.Secret}");
    }

    public static AuthenticationHeaderValue Basic(string pair) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Registry.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>A host for one test class, with two identifiers and a unique one configured.</summary>
public abstract class IdentityTests : IAsyncLifetime
{
    protected const string Configuration = """
        {
          "identifiers": [
            { "name": "user_id", "field": { "type": "atomic", "name": "user_id" }, "unique": true, "priority": 100, "normalise": "lowercase" },
            { "name": "domain_userid", "field": { "type": "atomic", "name": "domain_userid" }, "priority": 50 }
          ],
          "cross_domain_aliases": true
        }
        """;

    protected IdentityHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await IdentityHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();

    protected static JsonNode Json(string json) => JsonNode.Parse(json)!;

    /// <summary>Resolves identifiers and gives the id.</summary>
    protected async Task<string> ResolveAsync(string identifiers, string time = "2025-01-01T00:00:00Z")
    {
        var answer = await Host.SendAsync(HttpMethod.Post, "resolve", Json($$"""{"requests":[{"identifiers":{{identifiers}},"time":"{{time}}"}]}"""));
        Assert.True(answer.Status == 200, answer.ToString());
        return (string)answer["results"]![0]!["snowplow_id"]!;
    }
}
