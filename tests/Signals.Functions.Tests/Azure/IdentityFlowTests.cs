using System.Text;
using System.Text.Json;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Functions.Tests.Azure;

/// <summary>Identities on Azure from end to end, but for the platform itself: enriched hub, resolution, resolved hub, profiles.</summary>
public sealed class IdentityFlowTests : IAsyncLifetime
{
    private const string Configuration = """
        {"identifiers":[
          {"name":"user_id","field":{"type":"atomic","name":"user_id"},"priority":100,"unique":true},
          {"name":"domain_userid","field":{"type":"atomic","name":"domain_userid"},"priority":50}]}
        """;

    private const string PageViews = """
        {"name":"person","version":1,"attribute_key":{"name":"snowplow_id"},"is_published":true,"attributes":[
          {"name":"page_views","type":"int32","aggregation":"counter",
           "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow"}]}]}
        """;

    private EmulatedCosmos _cosmos = null!;
    private FakeEventHubs _hubs = null!;
    private CloudHost _host = null!;

    public async Task InitializeAsync()
    {
        _cosmos = await EmulatedCosmos.StartAsync();
        _hubs = await FakeEventHubs.StartAsync(CloudHost.Hub, CloudHost.Resolved, CloudHost.Deferred);
        _host = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address, identities: true);
        await _host.SignInAsync();
        await SendAsync(HttpMethod.Put, "/api/v1/identities/configuration", Configuration);
        await SendAsync(HttpMethod.Post, "/api/v1/registry/attribute_groups/", PageViews);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _hubs.DisposeAsync();
        await _cosmos.DisposeAsync();
    }

    [Fact]
    public async Task Two_devices_of_one_person_become_one_profile_however_often_batches_are_delivered()
    {
        await BrowseAsync(("laptop", ""), ("laptop", ""), ("phone", ""));
        await BrowseAsync(("laptop", "ann"), ("phone", "ann"));

        var person = await PersonOfAsync("laptop");
        Assert.Equal(person, await PersonOfAsync("phone"));
        Assert.Equal(5, await ReadPageViewsAsync(person));

        _host.ForgetCheckpoints();
        await _host.ResolveAsync(_hubs);
        await _host.AggregateResolvedAsync(_hubs);

        Assert.Equal(person, await PersonOfAsync("phone"));
        Assert.Equal(5, await ReadPageViewsAsync(person));
    }

    [Fact]
    public async Task While_the_graph_is_away_events_pass_with_fallback_ids_and_everything_comes_right_afterwards()
    {
        await BrowseAsync(("laptop", ""), ("phone", "ann"));
        _cosmos.Faults.Order(new FaultOrder(Fault.Status(503)) { Container = "identifiers", Count = null });
        await SendAsync(HttpMethod.Post, "/enriched", Lines(("laptop", "ann"), ("laptop", "")), "text/tab-separated-values");
        await _host.ResolveAsync(_hubs);
        await _host.AggregateResolvedAsync(_hubs);
        Assert.NotEmpty(_hubs.PartitionsOf(CloudHost.Deferred));

        _cosmos.Faults.Clear();
        await _host.ReconcileAsync(_hubs);
        await _host.AggregateResolvedAsync(_hubs);

        var person = await PersonOfAsync("phone");
        Assert.Equal(person, await PersonOfAsync("laptop"));
        Assert.Equal(4, await ReadPageViewsAsync(person));
    }

    [Fact]
    public async Task What_is_resolved_for_one_person_goes_into_one_partition()
    {
        await BrowseAsync(("laptop", "ann"), ("phone", "ann"), ("tablet", "ann"));

        var partitions = _hubs.PartitionsOf(CloudHost.Resolved).Where(partition =>
            _hubs.EventsOf(partition, CloudHost.Resolved).Any(e => e.Body.Contains("page_view", StringComparison.Ordinal)));

        Assert.Single(partitions);
    }

    /// <summary>Page views come in over HTTP and are carried on by the functions.</summary>
    private async Task BrowseAsync(params (string Device, string User)[] views)
    {
        await SendAsync(HttpMethod.Post, "/enriched", Lines(views), "text/tab-separated-values");
        await _host.ResolveAsync(_hubs);
        // Where the graph was slower than its budget, events wait for reconciliation.
        await _host.ReconcileAsync(_hubs);
        await _host.AggregateResolvedAsync(_hubs);
    }

    private static string Lines(params (string Device, string User)[] views) => string.Join('\n', views.Select(view =>
    {
        var columns = EventLines.Of(view.Device).Split('\t');
        columns[Engine.Events.AtomicColumns.IndexOf("user_id")] = view.User;
        return string.Join('\t', columns);
    }));

    private async Task<string> PersonOfAsync(string device)
    {
        using var found = await SendAsync(
            HttpMethod.Post, "/api/v1/identities/lookup", $$$"""{"identifiers":[{"type":"domain_userid","value":"{{{device}}}"}]}""");
        return found.RootElement.GetProperty("identifiers")[0].GetProperty("snowplow_ids")[0].GetString()!;
    }

    private async Task<int> ReadPageViewsAsync(string person)
    {
        using var read = await SendAsync(
            HttpMethod.Post, "/api/v1/get-online-attributes", $$$"""{"attributes":["person_v1:page_views"],"attribute_keys":{"snowplow_id":["{{{person}}}"]}}""");
        return read.RootElement.GetProperty("page_views")[0].GetInt32();
    }

    private async Task<JsonDocument> SendAsync(HttpMethod method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, type) };
        using var answer = await _host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text);
    }
}
