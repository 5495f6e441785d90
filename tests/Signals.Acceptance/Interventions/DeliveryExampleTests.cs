using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Interventions;

/// <summary>The delivery example of Snowplow's documentation of interventions, step by step, with three connections (spec signals-api 11.3).</summary>
public sealed class DeliveryExampleTests(LocalRuntime runtime) : InterventionTests(runtime)
{
    private readonly string _pages = Unique("pages");
    private readonly string _ads = Unique("ads");
    private readonly string _clicks = Unique("clicks");
    private readonly string _user = $"{Guid.NewGuid()}";
    private readonly string _firstSession = $"{Guid.NewGuid()}";
    private readonly string _secondSession = $"{Guid.NewGuid()}";

    [Fact]
    [Trait("Row", "42")]
    [Trait("Row", "72")]
    [Trait("Row", "77")]
    [Trait("Row", "81")]
    [Trait("Row", "82")]
    public async Task Each_step_of_the_documented_example_is_delivered_as_it_says()
    {
        var intervention1 = Unique("intervention1");
        var intervention2 = Unique("intervention2");
        await PublishAsync(intervention1, intervention2);
        var user = $"domain_userid={_user}";
        var session = $"domain_sessionid={_firstSession}";
        await using var both = await SubscribeAsync(user, session);
        await using var ofUser = await SubscribeAsync(user);
        await using var ofSession = await SubscribeAsync(session);

        await SendAsync(_firstSession, Page());
        await AssertReceivedAsync(both, [], ofUser, [], ofSession, []);

        // One id for both targets; who subscribes to both gets one of them, and connections do not depend on each other.
        await SendAsync(_firstSession, Ad());
        var id = await AssertReceivedAsync(both, [$"{intervention1} {user}"], ofUser, [$"{intervention1} {user}"], ofSession, [$"{intervention1} {session}"]);

        await SendAsync(_firstSession, [.. Repeat(8, Page), .. Repeat(20, Click), Ad()]);
        await AssertReceivedAsync(both, [], ofUser, [], ofSession, []);

        // The tenth page view makes another branch true, but the whole has been true since the ad.
        await SendAsync(_firstSession, Page());
        await AssertReceivedAsync(both, [], ofUser, [], ofSession, []);

        await SendAsync(_firstSession, Click());
        await AssertReceivedAsync(both, [$"{intervention2} {user}"], ofUser, [$"{intervention2} {user}"], ofSession, []);

        await SendAsync(_firstSession, Click());
        await AssertReceivedAsync(both, [], ofUser, [], ofSession, []);

        // The user's next session: the first ad event of it triggers again, for the user and for the new session.
        var newSession = $"domain_sessionid={_secondSession}";
        await using var ofNewSession = await SubscribeAsync(newSession);
        await SendAsync(_secondSession, Page(), Click());
        Assert.Empty(await ReceivedAsync(ofNewSession));
        await SendAsync(_secondSession, Ad());
        Assert.Equal([$"{intervention1} {newSession}"], Described(await ReceivedAsync(ofNewSession)));
        var secondId = await AssertReceivedAsync(both, [$"{intervention1} {user}"], ofUser, [$"{intervention1} {user}"], ofSession, []);
        Assert.NotEqual(id, secondId);
    }

    private async Task PublishAsync(string intervention1, string intervention2)
    {
        await Client.PutGroupAsync(Group(_pages, 1, "domain_userid", Attribute("page_view_count", "int32", "counter", events: Event(Snowplow, "page_view", "1-0-0"))));
        await Client.PutGroupAsync(Group(_ads, 1, "domain_sessionid", Attribute("ad_count", "int32", "counter", events: Event("com.acme", "ad", "1-0-0"))));
        await Client.PutGroupAsync(Group(_clicks, 1, "domain_userid", Attribute("button_click_count", "int32", "counter", events: Event("com.acme", "click", "1-0-0"))));
        var seen = Any(Condition($"{_pages}:page_view_count", "=", 10), Condition($"{_ads}:ad_count", "is not null"));
        await Client.PutInterventionAsync(Intervention(intervention1, seen, "domain_userid", "domain_sessionid"));
        await Client.PutInterventionAsync(Intervention(intervention2, Condition($"{_clicks}:button_click_count", ">", 20), "domain_userid")
            .With("payload_attribute_groups", new JsonArray(new JsonObject { ["name"] = _clicks, ["version"] = 1 })));
    }

    /// <summary>Asserts what each connection received, and that all of it carries one id; returns that.</summary>
    private async Task<string?> AssertReceivedAsync(
        InterventionStream both, string[] byBoth, InterventionStream ofUser, string[] byUser, InterventionStream ofSession, string[] bySession)
    {
        var all = new List<ReceivedIntervention>();
        foreach (var (stream, expected) in new[] { (both, byBoth), (ofUser, byUser), (ofSession, bySession) })
        {
            var received = await ReceivedAsync(stream);
            Assert.Equal(expected, Described(received));
            all.AddRange(received);
        }
        Assert.All(all.Where(one => one.Name.StartsWith("intervention2", StringComparison.Ordinal)), one => Assert.Equal("21", one.Attribute("button_click_count")));
        return all.Select(one => one.Id).Distinct().SingleOrDefault();
    }

    private static IEnumerable<string> Described(IEnumerable<ReceivedIntervention> received) => received.Select(one => $"{one.Name} {one.Target}");

    private Task SendAsync(string session, params EventLine[] events) =>
        Client.SendEventsAsync([.. events.Select(line => line.With("domain_userid", _user).With("domain_sessionid", session))]);

    private static IEnumerable<EventLine> Repeat(int count, Func<EventLine> make) => Enumerable.Range(0, count).Select(_ => make());

    private static EventLine Page() => new();

    private static EventLine Ad() => new EventLine().Payload("com.acme", "ad", "1-0-0", new JsonObject());

    private static EventLine Click() => new EventLine().Payload("com.acme", "click", "1-0-0", new JsonObject());
}
