using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Signals.Engine.Access;
using Signals.Functions.Azure;
using Signals.Functions.Cloud;
using Signals.Functions.Tests.Cloud;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Functions.Tests.Azure;

/// <summary>
/// One instance of the runtime on Azure: its services over an emulated Cosmos DB and a hub, its HTTP functions on a real Kestrel. The
/// delivery of batches is up to the caller.
/// </summary>
public sealed class CloudHost : IAsyncDisposable
{
    public const string Hub = "enriched";
    public const string Resolved = "resolved";
    public const string Deferred = "deferred";
    public const int Partitions = 4;

    private const string Organization = "5f8f1f2e-61f8-4a4e-8df2-5d7e1b0f6a11";

    private readonly CloudStart _start;
    private readonly WebApplication _app;
    private readonly Dictionary<(string Hub, int Partition), int> _delivered = [];

    private CloudHost(CloudStart start, WebApplication app) => (_start, _app) = (start, app);

    /// <summary>Speaks to the HTTP functions, with a token for everything once <see cref="SignInAsync"/> was called.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public IServiceProvider Services => _app.Services;

    public static async Task<CloudHost> StartAsync(Uri cosmos, Uri hubs, bool identities = false)
    {
        var configuration = CloudConfiguration.Of(
            ("EnrichedHub", Hub), ("AggregatedHub", identities ? Resolved : Hub), ("EnrichedHubPartitions", Partitions.ToString(CultureInfo.InvariantCulture)),
            ("Signals:Cosmos:Endpoint", cosmos.AbsoluteUri), ("Signals:Cosmos:Emulator", "true"));
        var settings = CloudSettings.From(configuration) with { EventHubs = hubs };
        var start = await CloudStart.OpenAsync(settings, new TestCredential(TimeProvider.System), default);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        start.AddTo(builder.Services);
        var app = builder.Build();
        FunctionRoutes.MapAll(app);
        await app.StartAsync();
        var host = new CloudHost(start, app);
        host.Http.BaseAddress = new Uri(app.Urls.Single());
        return host;
    }

    /// <summary>Makes an API key and exchanges it, as a client does.</summary>
    public async Task SignInAsync()
    {
        var key = await Services.GetRequiredService<ApiKeys>().CreateAsync(Organization, "test", AccessScopes.All, default);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/msc/v1/organizations/{Organization}/credentials/v3/token");
        request.Headers.Add("X-API-Key-Id", key.Key.KeyId);
        request.Headers.Add("X-API-Key", key.Secret);
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", body.RootElement.GetProperty("accessToken").GetString());
    }

    /// <summary>Delivers what the hub of enriched events holds and has not delivered to the profiles.</summary>
    public Task DeliverAsync(FakeEventHubs hubs) => DeliverAsync(hubs, Hub, Service<AggregateAttributes>().RunAsync);

    /// <summary>Delivers enriched events to identity resolution.</summary>
    public Task ResolveAsync(FakeEventHubs hubs) => DeliverAsync(hubs, Hub, Service<ResolveIdentities>().RunAsync);

    /// <summary>Delivers resolved events to the profiles.</summary>
    public Task AggregateResolvedAsync(FakeEventHubs hubs) => DeliverAsync(hubs, Resolved, Service<AggregateAttributes>().RunAsync);

    /// <summary>Delivers events with fallback ids to reconciliation.</summary>
    public Task ReconcileAsync(FakeEventHubs hubs) => DeliverAsync(hubs, Deferred, Service<ReconcileDeferred>().RunAsync);

    /// <summary>Delivers a batch to the profiles.</summary>
    public Task DeliverAsync(int partition, long first, IReadOnlyList<FakeEventHubs.Event> events) =>
        DeliverAsync(partition, first, events, Service<AggregateAttributes>().RunAsync);

    private static Task DeliverAsync(int partition, long first, IReadOnlyList<FakeEventHubs.Event> events, Func<byte[][], FunctionContext, Task> function)
    {
        var data = HubBatches.Metadata(events.Count, partition.ToString(CultureInfo.InvariantCulture), first);
        data["PropertiesArray"] = JsonSerializer.Serialize(events.Select(e => e.Properties));
        return function([.. events.Select(e => Encoding.UTF8.GetBytes(e.Body))], new TriggerContext(data));
    }

    /// <summary>Delivers what a hub holds and has not delivered, partition by partition, as the Event Hubs extension would.</summary>
    private async Task DeliverAsync(FakeEventHubs hubs, string hub, Func<byte[][], FunctionContext, Task> function)
    {
        foreach (var partition in hubs.PartitionsOf(hub))
        {
            var first = _delivered.GetValueOrDefault((hub, partition));
            var events = hubs.EventsOf(partition, hub).Skip(first).ToList();
            if (events.Count == 0)
                continue;
            await DeliverAsync(partition, first, events, function);
            _delivered[(hub, partition)] = first + events.Count;
        }
    }

    private T Service<T>() => ActivatorUtilities.CreateInstance<T>(Services);

    /// <summary>Forgets what was delivered, as if no checkpoint had been written.</summary>
    public void ForgetCheckpoints() => _delivered.Clear();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _start.Dispose();
    }
}
