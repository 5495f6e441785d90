using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Definitions;
using Signals.Storage.Sqlite;

namespace Signals.Api.Tests.Registry;

/// <summary>The registry over HTTP, on a SQLite file of its own.</summary>
public sealed class RegistryHost : IAsyncDisposable
{
    private readonly string _directory;
    private readonly SqliteDatabase _database;
    private readonly ApiHost _host;

    private RegistryHost(string directory, SqliteDatabase database, DefinitionRegistry registry, RecordedCleanup cleanup, ApiHost host)
    {
        _directory = directory;
        _database = database;
        Registry = registry;
        Cleanup = cleanup;
        _host = host;
    }

    public DefinitionRegistry Registry { get; }

    public RecordedCleanup Cleanup { get; }

    public HttpClient Http => _host.Client;

    public HttpClient Anonymous => _host.Anonymous;

    public static async Task<RegistryHost> StartAsync(SignalsApiOptions? options = null)
    {
        var directory = Directory.CreateTempSubdirectory("signals-registry-").FullName;
        var database = SqliteDatabase.Open(Path.Combine(directory, "signals.db"));
        var time = new TestClock();
        var registry = await DefinitionRegistry.OpenAsync(new SqliteDefinitionStore(database), time, default);
        var cleanup = new RecordedCleanup();
        var host = await ApiHost.StartAsync(options, services =>
        {
            services.AddSingleton(registry);
            services.AddSingleton<IProfileCleanup>(cleanup);
        });
        return new RegistryHost(directory, database, registry, cleanup, host);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, JsonNode? body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, JsonNode? body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return new Answer((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    /// <summary>What the Python SDK does to publish: POST, and PUT of the same body if, and only if, the answer is 400.</summary>
    public async Task<Answer> PublishAsync(string collection, string item, JsonNode body)
    {
        var answer = await PostAsync(collection, body);
        if (answer.Status == 400)
            answer = await PutAsync(item, body);
        Assert.True(answer.Status is 200 or 201, answer.ToString());
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Registry.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>An answer and its JSON body.</summary>
public sealed record Answer(int Status, JsonNode Body)
{
    public JsonNode? this[string member] => Body[member];

    /// <summary>The places that a 422 names, as JSON texts.</summary>
    public IReadOnlyList<string> Places
    {
        get
        {
            Assert.True(Status == 422, ToString());
            return [.. Body["detail"]!.AsArray().Select(error =>
            {
                Assert.NotEqual("", (string?)error!["msg"]);
                Assert.NotEqual("", (string?)error["type"]);
                return error["loc"]!.ToJsonString();
            })];
        }
    }

    public override string ToString() => $"{Status} {Body.ToJsonString()}";
}

/// <summary>Remembers what was to be removed from the profiles.</summary>
public sealed class RecordedCleanup : IProfileCleanup
{
    public List<(string AttributeKey, IReadOnlySet<DefinitionId> Definitions)> Removed { get; } = [];

    public ValueTask RemoveDefinitionsAsync(string attributeKey, IReadOnlySet<DefinitionId> definitions, CancellationToken cancellationToken)
    {
        Removed.Add((attributeKey, definitions));
        return ValueTask.CompletedTask;
    }
}

/// <summary>A host for one test class.</summary>
public abstract class RegistryTests : IAsyncLifetime
{
    protected const string Keys = "registry/attribute_keys/";
    protected const string Groups = "registry/attribute_groups/";
    protected const string Services = "registry/services/";
    protected const string Interventions = "registry/interventions/";

    protected RegistryHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await RegistryHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();

    protected static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    protected static JsonObject Group(string name, int version = 1, string attributes = """{"name":"views","type":"int32","aggregation":"counter","events":[]}""", string key = "domain_sessionid", bool published = false) =>
        Json($$"""{"name":"{{name}}","version":{{version}},"owner":"data@example.com","attribute_key":{"name":"{{key}}"},"is_published":{{(published ? "true" : "false")}},"attributes":[{{attributes}}]}""");

    protected static JsonObject Intervention(string name, int version = 1, string criteria = """{"attribute":"g:views","operator":">=","value":5}""", bool published = false, string members = "") =>
        Json($$"""{"name":"{{name}}","version":{{version}},"owner":"m@example.com","criteria":{{criteria}},"is_published":{{(published ? "true" : "false")}}{{members}}}""");

    protected static string InterventionVersion(string name, int version = 1) => $"{Interventions}{name}/versions/{version}";

    protected static string Version(string name, int version = 1) => $"{Groups}{name}/versions/{version}";
}
