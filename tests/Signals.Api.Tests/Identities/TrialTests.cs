using System.Text;
using Signals.Engine.Events;

namespace Signals.Api.Tests.Identities;

public sealed class TrialTests : IdentityTests
{
    [Fact]
    public async Task Health_gives_a_verdict_per_identifier()
    {
        await Host.PublishAsync("""
            {"identifiers":[{"name":"user_id","priority":3,"property":"user_id","unique":true},{"name":"domain_userid","priority":2,"property":"domain_userid"},
                            {"name":"session","priority":1,"property":"domain_sessionid"}]}
            """);
        for (var user = 0; user < 20; user++)
            for (var session = 0; session < 12; session++)
                Remember(("user_id", $"u{user}"), ("domain_userid", $"d{user}"), ("domain_sessionid", $"s{user}-{session}"));
        Remember(("user_id", "null"));

        var answer = await Host.SendAsync(HttpMethod.Get, "health?events=1000");

        Assert.Equal((241, true), ((int)answer["events"]!, (bool)answer["complete"]!));
        var types = answer["identifiers"]!.AsArray();
        Assert.Equal(["ideal", "ideal", "unsuitable"], types.Select(type => (string)type!["verdict"]!));
        Assert.Equal((20, 20, 12), ((int)types[1]!["distinct_values"]!, (int)types[1]!["values_per_person"]!["count"]!, (int)types[2]!["values_per_person"]!["p95"]!));
        Assert.Equal(1, (int)types[0]!["dropped"]!["blocked"]!);
    }

    [Fact]
    public async Task Dry_run_says_who_would_be_split_and_joined_and_changes_nothing()
    {
        await Host.PublishAsync(Configuration);
        Remember(("user_id", "alice"), ("domain_userid", "d1"));
        Remember(("domain_userid", "d1"), ("network_userid", "n1"));
        Remember(("domain_userid", "d2"), ("network_userid", "n1"));
        Remember(("network_userid", "n2"));

        var answer = await Host.SendAsync(HttpMethod.Post, "configuration/dry_run", Json("""
            {"identifiers":[{"name":"user_id","priority":2,"property":"user_id"},{"name":"network_userid","priority":1,"property":"network_userid"}]}
            """));

        Assert.Equal((4, 3, 4), ((int)answer["events"]!, (int)answer["active"]!["identified_events"]!, (int)answer["candidate"]!["identified_events"]!));
        Assert.Equal((2, 3), ((int)answer["active"]!["profiles"]!, (int)answer["candidate"]!["profiles"]!));
        Assert.Equal((1, 1, 1, 0), ((int)answer["splits"]!, (int)answer["joins"]!, (int)answer["gained"]!, (int)answer["lost"]!));
        Assert.Equal(2, (int)answer["split_examples"]![0]!["count"]!);
        Assert.Equal(0, (await Host.Graph.CountAsync(default)).Profiles);
        Assert.Equal(1, Host.Registry.Current.Configuration.Version);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("50001")]
    [InlineData("many")]
    public async Task The_number_of_events_is_bounded(string events) =>
        Assert.Equal(["""["query","events"]"""], (await Host.SendAsync(HttpMethod.Get, $"health?events={events}")).Places);

    private void Remember(params (string Column, string Value)[] columns)
    {
        var fields = Enumerable.Repeat("", AtomicColumns.Count).ToArray();
        foreach (var (column, value) in columns.Concat(
            [("collector_tstamp", "2025-01-01 00:00:00.000"), ("event", "page_view"), ("event_id", Guid.NewGuid().ToString()), ("v_collector", "test"), ("v_etl", "test")]))
            fields[AtomicColumns.IndexOf(column)] = value;
        Host.Events.Remember(Encoding.UTF8.GetBytes(string.Join('\t', fields)));
    }
}
