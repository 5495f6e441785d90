using System.Net;
using System.Text;
using System.Text.Json;
using Signals.CosmosEmulator;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Functions.Tests.Azure;

/// <summary>The runtime on Azure from end to end, but for the platform itself: HTTP functions, hub, trigger, Cosmos DB, HTTP functions.</summary>
public sealed class CloudHostTests : IAsyncLifetime
{
    private const string PageViews = """
        {"name":"visits","version":1,"attribute_key":{"name":"domain_userid"},"is_published":true,"attributes":[
          {"name":"page_views","type":"int32","aggregation":"counter",
           "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow"}]}]}
        """;

    private EmulatedCosmos _cosmos = null!;
    private FakeEventHubs _hubs = null!;

    public async Task InitializeAsync()
    {
        _cosmos = await EmulatedCosmos.StartAsync();
        _hubs = await FakeEventHubs.StartAsync(CloudHost.Hub);
    }

    public async Task DisposeAsync()
    {
        await _hubs.DisposeAsync();
        await _cosmos.DisposeAsync();
    }

    [Fact]
    public async Task Event_that_comes_in_over_http_is_counted_once_however_often_it_is_delivered()
    {
        await using var host = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address);
        await host.SignInAsync();
        await PostAsync(host, "/api/v1/registry/attribute_groups/", PageViews);
        var person = Guid.NewGuid().ToString();

        await PostAsync(host, "/enriched", string.Join('\n', Enumerable.Range(0, 5).Select(_ => EventLines.Of(person))), "text/tab-separated-values");
        await host.DeliverAsync(_hubs);
        host.ForgetCheckpoints();
        await host.DeliverAsync(_hubs);

        Assert.Equal(5, await ReadPageViewsAsync(host, person));
    }

    [Fact]
    public async Task Definition_that_is_published_on_one_instance_is_in_force_on_the_other_within_five_seconds()
    {
        await using var first = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address);
        await using var second = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address);
        await first.SignInAsync();
        var person = Guid.NewGuid().ToString();

        await PostAsync(first, "/api/v1/registry/attribute_groups/", PageViews);
        var published = TimeProvider.System.GetTimestamp();
        var registry = second.Services.GetRequiredService<Engine.Definitions.IDefinitionSource>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (registry.Current.AttributeGroups.IsEmpty)
            await Task.Delay(20, deadline.Token);

        Assert.InRange(TimeProvider.System.GetElapsedTime(published), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await PostAsync(first, "/enriched", EventLines.Of(person), "text/tab-separated-values");
        await second.DeliverAsync(_hubs);
        Assert.Equal(1, await ReadPageViewsAsync(first, person));
    }

    [Fact]
    public async Task Way_in_answers_503_while_the_hub_is_away()
    {
        await using var host = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address);
        await host.SignInAsync();
        for (var i = 0; i < 20; i++)
            _hubs.Faults.Enqueue(FakeEventHubs.Status(503, retryAfter: "0"));

        using var answer = await host.Http.PostAsync("/enriched", new StringContent(EventLines.Of("one"), Encoding.UTF8, "text/tab-separated-values"));
        using var sink = await host.Http.GetAsync("/sink-health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, sink.StatusCode);
    }

    [Fact]
    public async Task Readiness_looks_at_hub_and_profiles_and_says_nothing_of_what_waits()
    {
        await using var host = await CloudHost.StartAsync(_cosmos.Endpoint, _hubs.Address);

        using var ready = JsonDocument.Parse(await host.Http.GetStringAsync("/health/ready"));

        var checks = ready.RootElement.GetProperty("checks");
        Assert.Equal(["identities", "interventions", "profiles", "storage", "streaming"], checks.EnumerateObject().Select(check => check.Name).Order());
        Assert.All(checks.EnumerateObject(), check => Assert.Equal("ok", check.Value.GetProperty("status").GetString()));
        Assert.False(ready.RootElement.TryGetProperty("waiting", out _));
    }

    private static async Task PostAsync(CloudHost host, string path, string body, string type = "application/json")
    {
        using var answer = await host.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, type));
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<int> ReadPageViewsAsync(CloudHost host, string person)
    {
        var query = $$$"""{"attributes":["visits_v1:page_views"],"attribute_keys":{"domain_userid":["{{{person}}}"]}}""";
        using var answer = await host.Http.PostAsync("/api/v1/get-online-attributes", new StringContent(query, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var body = JsonDocument.Parse(text);
        return body.RootElement.GetProperty("page_views")[0].GetInt32();
    }
}
