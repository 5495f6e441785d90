using System.Text;
using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api 5.2 over HTTP, and the parts of 7 that concern interventions.</summary>
public sealed class InterventionEndpointTests : RegistryTests
{
    private const string Counter = """{"name":"views","type":"int32","aggregation":"counter"}""";
    private const string OtherCounter = """{"name":"orders","type":"int32","aggregation":"counter"}""";

    [Fact]
    [Trait("Row", "40")]
    [Trait("Row", "42")]
    public async Task The_answer_is_that_of_the_specification()
    {
        await Host.PostAsync(Groups, Group("shopping", 3, """{"name":"cart_value","type":"double","aggregation":"sum","property":{"type":"atomic","name":"tr_total"}},""" + OtherCounter, published: true));
        var answer = await Host.PostAsync(Interventions, Json("""
            {"name":"cart_help","version":1,"owner":"m@example.com","is_published":true,
             "criteria":{"all":[{"attribute":"shopping:cart_value","operator":">=","value":100},
                                {"attribute":"shopping:orders","operator":"is null"}]},
             "target_attribute_keys":[{"name":"domain_userid"}],
             "payload_attribute_groups":[{"name":"shopping","version":3}]}
            """));

        var expected = Json("""
            {"name":"cart_help","version":1,"description":null,"owner":"m@example.com","is_published":true,
             "criteria":{"all":[{"attribute":"shopping:cart_value","operator":">=","value":100},
                                {"attribute":"shopping:orders","operator":"is null","value":null}]},
             "target_attribute_keys":[{"name":"domain_userid"}],
             "payload_attribute_groups":[{"name":"shopping","version":3}]}
            """);
        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(expected, answer.Body), answer.ToString());
        foreach (var path in new[] { "registry/interventions/cart_help", InterventionVersion("cart_help") })
            Assert.True(JsonNode.DeepEquals(expected, (await Host.GetAsync(path)).Body), path);
        Assert.True(JsonNode.DeepEquals(new JsonArray(expected), (await Host.GetAsync(Interventions)).Body));
    }

    [Fact]
    [Trait("Row", "40")]
    public async Task All_versions_are_listed_in_order_drafts_too_and_the_highest_is_the_latest()
    {
        await Host.PostAsync(Groups, Group("g", published: true));
        foreach (var (name, version, published) in new[] { ("b", 1, false), ("a", 10, false), ("a", 2, true) })
            Assert.Equal(200, (await Host.PostAsync(Interventions, Intervention(name, version, published: published))).Status);

        Assert.Equal(["a 2 True", "a 10 False", "b 1 False"], await ListedAsync(""));
        Assert.Equal(["a 2 True"], await ListedAsync("?applied=true"));
        Assert.Equal(["a 10 False", "b 1 False"], await ListedAsync("?applied=False"));
        Assert.Equal(["""["query","applied"]"""], (await Host.GetAsync(Interventions + "?applied=maybe")).Places);
        Assert.Equal(10, (int)(await Host.GetAsync(Interventions + "a"))["version"]!);
        Assert.Equal(404, (await Host.GetAsync(Interventions + "c")).Status);
        Assert.Equal(404, (await Host.GetAsync(InterventionVersion("a", 3))).Status);
        Assert.Equal(422, (await Host.GetAsync(Interventions + "a/versions/0")).Status);
        Assert.Equal(422, (await Host.GetAsync(Interventions + "a/versions/1000001")).Status);
        Assert.Equal(422, (await Host.GetAsync(Interventions + new string('a', 129))).Status);

        async Task<IEnumerable<string>> ListedAsync(string query) =>
            (await Host.GetAsync(Interventions + query)).Body.AsArray().Select(one => $"{one!["name"]} {one["version"]} {(bool)one["is_published"]!}");
    }

    /// <summary>The rule of Snowplow's Python tutorial, as the SDK sends it: without nulls.</summary>
    [Fact]
    [Trait("Row", "40")]
    [Trait("Row", "5")]
    [Trait("Row", "47")]
    public async Task The_SDK_publishes_unpublishes_and_deletes()
    {
        var nudge = Json("""
            {"name":"power_user_nudge","version":1,"owner":"data@example.com","is_published":true,
             "criteria":{"attribute":"tasks:tasks_completed_count","operator":">=","value":5},"target_attribute_keys":[{"name":"user_id"}]}
            """);
        var group = Group("tasks", attributes: """{"name":"tasks_completed_count","type":"int32","aggregation":"counter"}""", key: "user_id", published: true);
        for (var round = 0; round < 2; round++)
        {
            await Host.PublishAsync(Groups, Version("tasks"), group.DeepClone());
            var answer = await Host.PublishAsync(Interventions, InterventionVersion("power_user_nudge"), nudge.DeepClone());
            Assert.True((bool)answer["is_published"]!);
        }
        Assert.Equal(400, (await Host.PostAsync(Interventions, nudge.DeepClone())).Status);
        Assert.Equal(400, (await Host.DeleteAsync(InterventionVersion("power_user_nudge"))).Status);

        nudge["is_published"] = false;
        await Host.PublishAsync(Interventions, InterventionVersion("power_user_nudge"), nudge.DeepClone());
        Assert.Equal("""{"ok":true}""", (await Host.DeleteAsync(InterventionVersion("power_user_nudge"))).Body.ToJsonString());
        Assert.Equal("[]", (await Host.GetAsync(Interventions)).Body.ToJsonString());
    }

    [Fact]
    [Trait("Row", "51")]
    public async Task A_published_version_keeps_its_definition()
    {
        await Host.PostAsync(Groups, Group("g", published: true));
        await Host.PostAsync(Interventions, Intervention("i", published: true));

        var changed = await Host.PutAsync(InterventionVersion("i"), Intervention("i", criteria: """{"attribute":"g:views","operator":">=","value":6}""", published: true));
        Assert.Equal(400, changed.Status);
        Assert.Contains("published", (string?)changed["detail"]);
        Assert.Equal(200, (await Host.PutAsync(InterventionVersion("i"), Intervention("i", published: true, members: ""","description":"text" """))).Status);
        Assert.Equal("text", (string?)(await Host.GetAsync(InterventionVersion("i")))["description"]);
        Assert.Equal(["""["body","version"]"""], (await Host.PutAsync(InterventionVersion("i"), Intervention("i", 2))).Places);
        Assert.Equal(["""["body","name"]"""], (await Host.PutAsync(InterventionVersion("i"), Intervention("j"))).Places);
        Assert.Equal(404, (await Host.PutAsync(InterventionVersion("i", 2), Intervention("i", 2))).Status);
    }

    [Fact]
    [Trait("Row", "41")]
    public async Task What_is_wrong_with_the_criteria_is_named_with_its_path()
    {
        await Host.PostAsync(Groups, Group("g"));

        Assert.Equal(
            ["""["body","criteria","all",1,"any",0,"operator"]""", """["body","criteria","all",2,"attribute"]"""],
            (await Host.PostAsync(Interventions, Intervention("i", criteria: """
                {"all":[{"attribute":"g:views","operator":">=","value":5},{"any":[{"attribute":"g:views","operator":"~"}]},{"attribute":"views","operator":"is null"}]}
                """))).Places);
        var missing = await Host.PostAsync(Interventions, Intervention("i", criteria: """{"all":[{"attribute":"g:clicks","operator":">=","value":5}]}"""));
        Assert.Equal(["""["body","criteria","all",0,"attribute"]"""], missing.Places);
        Assert.Contains("'clicks'", (string?)missing["detail"]![0]!["msg"]);
        Assert.Equal(["""["body","criteria","attribute"]"""], (await Host.PostAsync(Interventions, Intervention("i", published: true))).Places);
        Assert.Equal(200, (await Host.PostAsync(Interventions, Intervention("i"))).Status);
    }

    [Fact]
    [Trait("Row", "78")]
    public async Task Changed_is_refused_under_any_and_none()
    {
        await Host.PostAsync(Groups, Group("g"));
        const string Changed = """{"attribute":"g:views","operator":"changed"}""";

        Assert.Equal(200, (await Host.PostAsync(Interventions, Intervention("i", criteria: Changed))).Status);
        Assert.Equal(200, (await Host.PostAsync(Interventions, Intervention("i", 2, $$"""{"all":[{{Changed}},{"all":[{{Changed}}]}]}"""))).Status);
        foreach (var kind in new[] { "any", "none" })
            Assert.Equal(
                [$"""["body","criteria","all",0,"{kind}",0,"operator"]"""],
                (await Host.PostAsync(Interventions, Intervention("i", 3, "{\"all\":[{\"" + kind + "\":[" + Changed + "]}]}"))).Places);
    }

    [Fact]
    public async Task Guard_rails_are_echoed_when_they_are_set()
    {
        await Host.PostAsync(Groups, Group("g"));
        const string Guards = """
            ,"cooldown":86400,"frequency_cap":{"max":3,"period":"P1W"},"expires_after":"PT1H","active_from":"2026-01-01T01:00:00+01:00",
            "active_to":"2026-02-01","priority":5,"holdout_percentage":12.5
            """;

        var answer = await Host.PostAsync(Interventions, Intervention("i", members: Guards));

        Assert.Equal("""
            "P1D" {"max":3,"period":"P7D"} "PT1H" "2026-01-01T00:00:00Z" "2026-02-01T00:00:00Z" 5 12.5
            """, string.Join(' ', new[] { "cooldown", "frequency_cap", "expires_after", "active_from", "active_to", "priority", "holdout_percentage" }
                .Select(member => answer[member]!.ToJsonString())));
    }

    [Fact]
    [Trait("Row", "48")]
    [Trait("Row", "49")]
    public async Task Publishing_by_reference_puts_it_before_the_engine()
    {
        await Host.PostAsync(Groups, Group("g"));
        await Host.PostAsync(Interventions, Intervention("i"));
        await Host.PostAsync(Interventions, Intervention("i", 2));
        Assert.Equal("""{"interventions":[],"published_at":null}""", (await Host.GetAsync("engines/interventions")).Body.ToJsonString());

        var early = await Host.PostAsync("engines/publish", Json("""{"interventions":[{"name":"i","version":1},{"name":"i","version":2}]}"""));
        Assert.Equal(["""["body","interventions",0,"criteria","attribute"]""", """["body","interventions",1,"criteria","attribute"]"""], early.Places);

        var both = Json("""{"interventions":[{"name":"i","version":2}],"attribute_groups":[{"name":"g","version":1}]}""");
        Assert.Equal("""{"status":"published"}""", (await Host.PostAsync("engines/publish", both)).Body.ToJsonString());
        var live = await Host.GetAsync("engines/interventions");
        Assert.Equal("i 2", string.Join(',', live["interventions"]!.AsArray().Select(one => $"{one!["name"]} {one["version"]}")));
        Assert.NotNull(live["published_at"]);
        Assert.Equal(404, (await Host.PostAsync("engines/publish", Json("""{"interventions":[{"name":"i","version":3}]}"""))).Status);
        Assert.Equal(["""["body","interventions",0,"version"]"""], (await Host.PostAsync("engines/publish", Json("""{"interventions":[{"name":"i"}]}"""))).Places);

        Assert.Equal("""{"status":"unpublished"}""", (await Host.PostAsync("engines/unpublish", Json("""{"interventions":[{"name":"i","version":2}]}"""))).Body.ToJsonString());
        Assert.Equal("[]", (await Host.GetAsync("engines/interventions"))["interventions"]!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "55")]
    public async Task Unpublishing_a_group_unpublishes_what_depends_on_it()
    {
        await Host.PostAsync(Groups, Group("g", 1, Counter + "," + OtherCounter, published: true));
        await Host.PostAsync(Groups, Group("g", 2, Counter, published: true));
        await Host.PostAsync(Interventions, Intervention("views", published: true));
        await Host.PostAsync(Interventions, Intervention("orders", criteria: """{"all":[{"attribute":"g:orders","operator":"is null"}]}""", published: true));

        await Host.PublishAsync(Groups, Version("g"), Group("g", 1, Counter + "," + OtherCounter));

        Assert.False((bool)(await Host.GetAsync(InterventionVersion("orders")))["is_published"]!);
        Assert.True((bool)(await Host.GetAsync(InterventionVersion("views")))["is_published"]!);
        Assert.Equal("""{"ok":true}""", (await Host.DeleteAsync(Version("g"))).Body.ToJsonString());
        await Host.PostAsync("engines/unpublish", Json("""{"attribute_groups":[{"name":"g","version":2}]}"""));
        Assert.False((bool)(await Host.GetAsync(InterventionVersion("views")))["is_published"]!);
    }

    [Fact]
    public async Task Random_mutations_of_a_tree_never_fail_inside()
    {
        await Host.PostAsync(Groups, Group("g", published: true));
        var random = new Random(20260803);
        var valid = Intervention("i", criteria: """
            {"all":[{"attribute":"g:views","operator":">=","value":5},{"any":[{"attribute":"g:views","operator":"in","value":[1,2]},{"none":[{"attribute":"g:views","operator":"rlike","value":"^(a|b){2}$"}]}]},
                    {"attribute":"g:views","operator":"changed"}]}
            """, published: true, members: ""","cooldown":"P1D","frequency_cap":{"max":3,"period":"P1W"},"holdout_percentage":12.5,"active_to":"2026-02-01" """).ToJsonString();
        for (var round = 0; round < 600; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(valid);
            for (var i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)"{}[]\":,019e+()|\\ \u0000"[random.Next(18)];
            using var answer = await Host.Http.PutAsync("/api/v1/registry/interventions/i/versions/1", new ByteArrayContent(bytes));

            Assert.True((int)answer.StatusCode is 404 or 422, $"{(int)answer.StatusCode} for {Encoding.UTF8.GetString(bytes)}");
        }
    }

    [Fact]
    [Trait("Row", "41")]
    public async Task Deep_and_wide_trees_are_refused_in_good_time()
    {
        await Host.PostAsync(Groups, Group("g"));
        const string Leaf = """{"attribute":"g:views","operator":"is null"}""";
        string Deep(int depth) => string.Concat(Enumerable.Repeat("{\"all\":[", depth)) + Leaf + string.Concat(Enumerable.Repeat("]}", depth));
        string Wide(int members) => "{\"any\":[" + string.Join(',', Enumerable.Repeat(Leaf, members)) + "]}";
        var bodies = new Dictionary<string, int>
        {
            [Deep(10)] = 200,
            [Deep(11)] = 422,
            [Deep(14)] = 422,
            [Deep(5000)] = 422,
            [Wide(100)] = 200,
            [Wide(20_000)] = 422,
            ["{\"all\":[" + string.Join(',', Enumerable.Repeat(Wide(100), 11)) + "]}"] = 422,
            [$$"""{"attribute":"g:{{new string('a', 500_000)}}","operator":"is null"}"""] = 422,
            [$$"""{"attribute":"g:views","operator":"rlike","value":"{{new string('(', 400_000)}}"}"""] = 422,
            [$$"""{"attribute":"g:views","operator":"in","value":[{{string.Join(',', Enumerable.Repeat("1", 100_000))}}]}"""] = 422,
        };
        var version = 1;
        foreach (var (criteria, status) in bodies)
        {
            // As text: the deepest ones are too deep for a node.
            using var content = new StringContent($$"""{"name":"i","version":{{version++}},"criteria":{{criteria}}}""", Encoding.UTF8, "application/json");
            using var answer = await Host.Http.PostAsync("/api/v1/registry/interventions/", content);

            Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} for {criteria[..Math.Min(100, criteria.Length)]}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Reading_needs_one_scope_and_writing_another()
    {
        await using var host = await RegistryHost.StartAsync(new SignalsApiOptions { SandboxTokens = [new("reading-only-token", ["registry:read"]), new("writing-only-token", ["registry:write"])] });
        foreach (var (token, reads, writes) in new[] { ("reading-only-token", 200, 403), ("writing-only-token", 403, 422) })
        {
            host.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            Assert.Equal(reads, (await host.GetAsync(Interventions)).Status);
            Assert.Equal(reads, (await host.GetAsync("engines/interventions")).Status);
            Assert.Equal(writes, (await host.PostAsync(Interventions, Json("{}"))).Status);
            Assert.Equal(writes, (await host.PutAsync(InterventionVersion("i"), Json("{}"))).Status);
            Assert.Equal(writes == 403 ? 403 : 404, (await host.DeleteAsync(InterventionVersion("i"))).Status);
        }
        using var anonymous = await host.Anonymous.GetAsync("/api/v1/registry/interventions/");
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    [Trait("Row", "11")]
    public async Task The_document_describes_the_endpoints()
    {
        using var answer = await Host.Anonymous.GetAsync("/openapi.json");
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        var collection = document["paths"]!["/api/v1/registry/interventions"]!;
        Assert.Equal(["get", "post"], collection.AsObject().Select(method => method.Key).Order(StringComparer.Ordinal));
        var item = document["paths"]!["/api/v1/registry/interventions/{name}/versions/{version}"]!;
        Assert.Equal(["delete", "get", "put"], item.AsObject().Select(method => method.Key).Order(StringComparer.Ordinal));
        var schema = document["components"]!["schemas"]!["InterventionDocument"]!["properties"]!;
        Assert.Equal("duration", (string?)schema["cooldown"]!["format"]);
        Assert.Contains("changed", document["components"]!["schemas"]!.ToJsonString());
        Assert.Contains("criteria", schema.AsObject().Select(member => member.Key));
    }
}
