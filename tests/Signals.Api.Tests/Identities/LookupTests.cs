using System.Text.Json.Nodes;
using Signals.Api.Tests.Registry;
using Signals.Engine.Identities;

namespace Signals.Api.Tests.Identities;

public sealed class LookupTests : IdentityTests
{
    [Fact]
    public async Task An_id_shows_its_identifiers_and_its_merge_history()
    {
        await Host.PublishAsync(Configuration);
        var older = await ResolveAsync("""{"domain_userid":"d1"}""", "2025-01-01T00:00:00Z");
        var younger = await ResolveAsync("""{"user_id":"alice"}""", "2025-01-02T00:00:00Z");
        await ResolveAsync("""{"user_id":"alice","domain_userid":"d1"}""", "2025-01-03T00:00:00Z");

        var active = await DescribeAsync(older);
        Assert.Equal((older, older, "person"), ((string)active["snowplow_id"]!, (string)active["active_snowplow_id"]!, (string)active["kind"]!));
        Assert.Null(active["merged"]);
        var merge = Assert.Single(active["merges"]!.AsArray())!;
        Assert.Equal(younger, (string)merge["snowplow_id"]!);
        Assert.StartsWith("2025-01-03", (string)merge["merged_at"]!, StringComparison.Ordinal);
        Assert.Equal(["domain_userid:d1", "user_id:alice"], active["identifiers"]!.AsArray().Select(one => $"{one!["type"]}:{one["value"]}"));

        var merged = await DescribeAsync(younger.ToLowerInvariant());
        Assert.Equal((younger, older), ((string)merged["snowplow_id"]!, (string)merged["active_snowplow_id"]!));
        Assert.Equal(older, (string)merged["merged"]!["into"]!);
        Assert.Equal(2, merged["identifiers"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_unknown_id_is_404_and_one_that_is_gone_410()
    {
        var unknown = SnowplowId.FromBytes(new byte[16] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 });
        Assert.Equal(404, (await Host.SendAsync(HttpMethod.Get, $"snowplow_ids/{unknown}")).Status);

        await Host.Graph.TryWriteAsync(ItemChange.Create(new IdentityTombstone(unknown, TombstoneReason.Erasure, 20_000)), default);
        var gone = await Host.SendAsync(HttpMethod.Get, $"snowplow_ids/{unknown}");
        Assert.Equal(410, gone.Status);
        Assert.Contains("erased on 2024-10-04", (string)gone["detail"]!, StringComparison.Ordinal);

        Assert.Equal(["""["path","snowplow_id"]"""], (await Host.SendAsync(HttpMethod.Get, "snowplow_ids/sp_short")).Places);
    }

    [Fact]
    public async Task Identifiers_lead_to_their_ids_in_the_case_of_their_type()
    {
        await Host.PublishAsync(Configuration);
        var alice = await ResolveAsync("""{"user_id":"alice","domain_userid":"shared"}""");
        var bob = await ResolveAsync("""{"user_id":"bob","domain_userid":"shared"}""");
        var nobody = await ResolveAsync("""{"domain_userid":"shared"}""");

        var answer = await Host.SendAsync(HttpMethod.Post, "lookup", Json("""
            {"identifiers":[{"type":"user_id","value":" ALICE "},{"type":"domain_userid","value":"shared"},{"type":"domain_userid","value":"Shared"}]}
            """));

        var found = answer["identifiers"]!.AsArray();
        Assert.Equal([true, true, false], found.Select(one => (bool)one!["found"]!));
        Assert.Equal([alice], Ids(found[0]!));
        Assert.Equal(new[] { alice, bob }.Order(), Ids(found[1]!).Order());
        Assert.Equal(nobody, (string)found[1]!["conflict_id"]!);
    }

    [Theory]
    [InlineData("""{}""", """["body","identifiers"]""")]
    [InlineData("""{"identifiers":[{"type":"user_id"}]}""", """["body","identifiers",0,"value"]""")]
    [InlineData("""{"identifiers":[{"value":"a","type":" "}]}""", """["body","identifiers",0,"type"]""")]
    public async Task Wrong_member_is_named(string body, string place) =>
        Assert.Equal([place], (await Host.SendAsync(HttpMethod.Post, "lookup", Json(body))).Places);

    [Fact]
    public async Task Statistics_count_ids_identifiers_and_dropped_values()
    {
        await Host.PublishAsync(Configuration);
        await ResolveAsync("""{"domain_userid":"d1"}""", "2025-01-01T00:00:00Z");
        await ResolveAsync("""{"user_id":"alice","domain_userid":"d2"}""", "2025-01-02T00:00:00Z");
        await ResolveAsync("""{"user_id":"alice","domain_userid":"d1"}""", "2025-01-03T00:00:00Z");
        await ResolveAsync("""{"user_id":"bob","domain_userid":"none"}""", "2025-01-03T00:00:00Z");

        var answer = await Host.SendAsync(HttpMethod.Get, "statistics");

        Assert.Equal((3, 2), ((int)answer["total_snowplow_ids"]!, (int)answer["active_snowplow_ids"]!));
        Assert.Equal((0.3333, 2.0), ((double)answer["deduplication_rate"]!, (double)answer["identifiers_per_profile"]!));
        Assert.Equal((2, 2), ((int)answer["identifiers"]!["user_id"]!, (int)answer["identifiers"]!["domain_userid"]!));
        var dropped = Assert.Single(answer["values_dropped"]!.AsArray())!;
        Assert.Equal(("domain_userid", "blocked", 1), ((string)dropped["type"]!, (string)dropped["reason"]!, (int)dropped["count"]!));
    }

    private static IEnumerable<string> Ids(JsonNode identifier) => identifier["snowplow_ids"]!.AsArray().Select(id => (string)id!);

    private async Task<Answer> DescribeAsync(string id)
    {
        var answer = await Host.SendAsync(HttpMethod.Get, $"snowplow_ids/{id}");
        Assert.True(answer.Status == 200, answer.ToString());
        return answer;
    }
}
