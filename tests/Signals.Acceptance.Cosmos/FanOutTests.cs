using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Cosmos;

/// <summary>One process aggregates, two others hold streams; they share nothing but the account.</summary>
public sealed class FanOutTests : IAsyncLifetime
{
    private const int Turns = 60;
    private const int Crashes = 3;

    private readonly string _user = $"{Guid.NewGuid()}";
    private LocalRuntime _aggregating = null!;
    private LocalRuntime _north = null!;
    private LocalRuntime _south = null!;

    public async Task InitializeAsync()
    {
        _aggregating = await LocalRuntime.StartAsync();
        _north = await _aggregating.StartElsewhereAsync();
        _south = await _aggregating.StartElsewhereAsync();
        await _north.Client.PutGroupAsync(Group(
            "switches", 1, "user_id",
            Attribute("light", "string", "last", EventProperty("com.acme", "switch", "light"), null, Event("com.acme", "switch", "1-0-0")),
            Attribute("turn", "int64", "last", EventProperty("com.acme", "switch", "turn"), null, Event("com.acme", "switch", "1-0-0"))));
        await _south.Client.PutInterventionAsync(Intervention("light_is_on", Condition("switches:light", "=", "on"), "user_id")
            .With("payload_attribute_groups", new JsonArray(new JsonObject { ["name"] = "switches", ["version"] = 1 })));
        await Eventually.ReadAsync(
            () => _aggregating.Client.SendAsync(HttpMethod.Get, "/api/v1/registry/interventions/light_is_on"), answer => answer.Status == 200, "the rule to be known");
    }

    public async Task DisposeAsync()
    {
        await _south.DisposeAsync();
        await _north.DisposeAsync();
        await _aggregating.DisposeAsync();
    }

    [Fact]
    [Trait("Row", "84")]
    public async Task What_one_process_decides_reaches_the_streams_of_two_others_once_and_in_order_while_it_crashes()
    {
        await using var north = await InterventionStream.OpenAsync($"user_id={_user}", _north.Address);
        await using var south = await InterventionStream.OpenAsync($"user_id={_user}", _south.Address);

        for (var turn = 1; turn <= Turns; turn++)
        {
            await _aggregating.Client.SendEventsAsync(Switch(turn, "off", 0), Switch(turn, "on", 500));
            if (turn % (Turns / Crashes) == Turns / Crashes / 2)
                await _aggregating.CrashAndRestartAsync();
        }

        foreach (var stream in new[] { north, south })
        {
            var received = new List<ReceivedIntervention>();
            while (received.Count < Turns)
                received.Add(await stream.NextAsync());
            Assert.Equal(Enumerable.Range(1, Turns), received.Select(one => int.Parse(one.Attribute("turn"))));
            Assert.Equal(Turns, received.Select(one => one.Id).Distinct().Count());
        }
    }

    [Fact]
    public async Task Attributes_are_served_by_processes_that_aggregate_nothing()
    {
        await _aggregating.Client.SendEventsAsync(Switch(7, "on", 0));

        await _north.Client.AwaitValueAsync("switches", 1, "user_id", _user, "turn", "7");
        await _south.Client.AwaitValueAsync("switches", 1, "user_id", _user, "turn", "7");
    }

    [Fact]
    public async Task Events_are_refused_by_processes_whose_log_does_not_feed_the_stores()
    {
        await _aggregating.Client.SendEventsAsync(Switch(1, "on", 0));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/enriched") { Content = new StringContent($"{Switch(2, "on", 0)}\n", Encoding.UTF8, "text/tab-separated-values") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", LocalRuntime.Token);
        var answer = await _north.Client.SendAsync(request);

        Assert.Equal(503, answer.Status);
        await Eventually.ReadAsync(() => Task.FromResult(_north.Output), output => output.Contains("another data folder"), "the reason in the output");
        await _aggregating.RestartAsync();
        await _aggregating.Client.SendEventsAsync(Switch(3, "on", 0));
        await _south.Client.AwaitValueAsync("switches", 1, "user_id", _user, "turn", "3");
    }

    private EventLine Switch(int turn, string light, int milliseconds) =>
        new EventLine(DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(turn).AddMilliseconds(milliseconds))
            .Payload("com.acme", "switch", "1-0-0", new JsonObject { ["light"] = light, ["turn"] = turn }).With("user_id", _user);
}
