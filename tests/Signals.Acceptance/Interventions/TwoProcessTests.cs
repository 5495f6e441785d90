using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Interventions;

/// <summary>Two processes on one data folder: the one that was there first processes the events, either may hold the streams.</summary>
public sealed class TwoProcessTests : IAsyncLifetime
{
    private const int Users = 8;
    private const int Batches = 240;
    private const int Crashes = 4;

    private readonly string[] _users = [.. Enumerable.Range(0, Users).Select(_ => $"{Guid.NewGuid()}")];
    private LocalRuntime _first = null!;
    private LocalRuntime _second = null!;

    private string EveryUser => string.Join('&', _users.Select(user => $"user_id={user}"));

    public async Task InitializeAsync()
    {
        _first = await LocalRuntime.StartAsync();
        _second = await _first.StartBesideAsync();
        var attributes = new[]
        {
            Attribute("light", "string", "last", EventProperty("com.acme", "switch", "light"), null, Event("com.acme", "switch", "1-0-0")),
            Attribute("turn", "int64", "last", EventProperty("com.acme", "switch", "turn"), null, Event("com.acme", "switch", "1-0-0")),
        };
        await _first.Client.PutGroupAsync(Group("switches", 1, "user_id", attributes));
        await _first.Client.PutInterventionAsync(Intervention("light_is_on", Condition("switches:light", "=", "on"), "user_id")
            .With("payload_attribute_groups", new JsonArray(new JsonObject { ["name"] = "switches", ["version"] = 1 })));
        await Eventually.ReadAsync(
            () => _second.Client.SendAsync(HttpMethod.Get, "/api/v1/registry/interventions/light_is_on"), answer => answer.Status == 200, "the rule to be known");
    }

    public async Task DisposeAsync()
    {
        // The second first: the data belongs to the first.
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    [Trait("Row", "83")]
    [Trait("Row", "84")]
    public async Task What_one_process_decides_or_is_told_to_push_reaches_the_streams_of_the_other()
    {
        await using var stream = await InterventionStream.OpenAsync(EveryUser, _second.Address);

        await _first.Client.SendEventsAsync(Switch(_users[0], turn: 1));
        var decided = await stream.NextAsync();
        Assert.Equal(("light_is_on", $"user_id={_users[0]}", "1"), (decided.Name, decided.Target, decided.Attribute("turn")));

        Assert.Equal("success", await _first.Client.PushAsync($"user_id={_users[1]}", "outage_notice"));
        var pushed = await stream.NextAsync();
        Assert.Equal(("outage_notice", $"user_id={_users[1]}"), (pushed.Name, pushed.Target));

        Assert.Equal("undelivered", await _first.Client.PushAsync($"user_id={Guid.NewGuid()}", "outage_notice"));
    }

    [Fact]
    [Trait("Row", "84")]
    public async Task Crashes_of_the_process_that_aggregates_lose_and_repeat_nothing_on_streams_that_resume()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var stream = await InterventionStream.OpenAsync(EveryUser, _second.Address, _first.Address);
        await using var other = await InterventionStream.OpenAsync(EveryUser, _first.Address, _second.Address);

        var crash = Task.CompletedTask;
        for (var batch = 1; batch <= Batches; batch++)
        {
            if (batch % (Batches / Crashes) == Batches / Crashes / 2)
            {
                await crash;
                // Whoever is left takes the events over, so the one that processes them is always the one whose turn it is.
                crash = CrashAsync(batch / (Batches / Crashes) % 2 == 0 ? _first : _second, TimeSpan.FromMilliseconds(random.Next(50)));
            }
            await SendUntilAcceptedAsync(batch, batch % 2 == 0 ? _first : _second);
        }
        await crash;
        await _first.Client.AwaitProcessedAsync();
        Assert.Equal("success", await _first.Client.PushAsync(EveryUser, "end"));

        foreach (var received in new[] { await ReadToEndAsync(stream), await ReadToEndAsync(other) })
        {
            foreach (var user in _users)
            {
                var turns = received.Where(one => one.Target == $"user_id={user}").Select(one => int.Parse(one.Attribute("turn")));
                Assert.True(turns.SequenceEqual(Enumerable.Range(1, Batches)), $"seed {seed}, {user}: {string.Join(' ', turns)}");
            }
            Assert.Equal(Users * Batches, received.Select(one => one.Id).Distinct().Count());
        }
        Assert.True(stream.Breaks > 0 && other.Breaks > 0);
    }

    private static async Task CrashAsync(LocalRuntime runtime, TimeSpan delay)
    {
        await Task.Delay(delay);
        await runtime.CrashAndRestartAsync();
    }

    /// <summary>Every user's light goes off and on again. A sender without an answer sends the same again, to the other process.</summary>
    private async Task SendUntilAcceptedAsync(int turn, LocalRuntime to)
    {
        var events = _users.SelectMany(user => Switch(user, turn)).ToArray();
        await Eventually.ReadAsync(
            async () =>
            {
                try
                {
                    await to.Client.SendEventsAsync(events);
                    return true;
                }
                catch (HttpRequestException)
                {
                    to = to == _first ? _second : _first;
                    return false;
                }
            },
            accepted => accepted,
            $"turn {turn} to be accepted");
    }

    private static EventLine[] Switch(string user, int turn)
    {
        var time = DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(turn);
        return [Switch(user, turn, "off", time), Switch(user, turn, "on", time.AddMilliseconds(500))];
    }

    private static EventLine Switch(string user, int turn, string light, DateTimeOffset time) =>
        new EventLine(time).Payload("com.acme", "switch", "1-0-0", new JsonObject { ["light"] = light, ["turn"] = turn }).With("user_id", user);

    private static async Task<List<ReceivedIntervention>> ReadToEndAsync(InterventionStream stream)
    {
        var received = new List<ReceivedIntervention>();
        for (var next = await stream.NextAsync(); next.Name != "end"; next = await stream.NextAsync())
            received.Add(next);
        return received;
    }
}
