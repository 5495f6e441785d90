using System.Text.Json.Nodes;
using Signals.Engine.Definitions;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api part 7, and the flows of the clients (15.2, 16).</summary>
public sealed class PublishingEndpointTests : RegistryTests
{
    [Fact]
    [Trait("Row", "47")]
    [Trait("Row", "5")]
    public async Task The_SDK_publishes_keys_groups_and_services_and_publishes_them_again()
    {
        for (var round = 0; round < 2; round++)
        {
            await Host.PublishAsync(Keys, Keys + "user_id", Json("""{"name":"user_id","key":"user_id","description":"The user ID.","is_published":true}"""));
            var group = await Host.PublishAsync(Groups, Version("g"), Group("g", key: "user_id", published: true));
            var service = await Host.PublishAsync(Services, Services + "s", Json("""{"name":"s","is_published":true,"attribute_groups":[{"name":"g","version":1}]}"""));

            Assert.True((bool)group["is_published"]!);
            Assert.True((bool)service["is_published"]!);
        }
        Assert.NotNull(Host.Registry.Current.PublishedAt);
    }

    [Fact]
    [Trait("Row", "54")]
    [Trait("Row", "53")]
    public async Task The_SDK_unpublishes_the_key_and_the_group_before_the_service_that_uses_them()
    {
        await Host.PublishAsync(Keys, Keys + "tier", Json("""{"name":"tier","key":"app_id","is_published":true}"""));
        await Host.PublishAsync(Groups, Version("g"), Group("g", key: "tier", published: true));
        await Host.PublishAsync(Services, Services + "s", Json("""{"name":"s","is_published":true,"attribute_groups":[{"name":"g","version":1}]}"""));

        await Host.PublishAsync(Keys, Keys + "tier", Json("""{"name":"tier","key":"app_id","is_published":false}"""));
        Assert.True((bool)(await Host.GetAsync(Version("g")))["is_published"]!);
        await Host.PublishAsync(Groups, Version("g"), Group("g", key: "tier"));
        await Host.PublishAsync(Services, Services + "s", Json("""{"name":"s","is_published":false,"attribute_groups":[{"name":"g","version":1}]}"""));

        Assert.False((bool)(await Host.GetAsync(Version("g")))["is_published"]!);
        Assert.Empty(Host.Cleanup.Removed);
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task The_SDK_deletes_the_service_first_then_the_group_then_the_key()
    {
        await Host.PostAsync(Keys, Json("""{"name":"tier","key":"app_id"}"""));
        await Host.PostAsync(Groups, Group("g", key: "tier"));
        await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"g","version":1}]}"""));

        Assert.Equal(400, (await Host.DeleteAsync(Version("g"))).Status);
        foreach (var path in new[] { Services + "s", Version("g"), Keys + "tier" })
            Assert.Equal("""{"ok":true}""", (await Host.DeleteAsync(path)).Body.ToJsonString());
    }

    [Fact]
    [Trait("Row", "47")]
    public async Task Unpublishing_what_was_never_seen_makes_a_draft()
    {
        var answer = await Host.PublishAsync(Groups, Version("g"), Group("g"));

        Assert.False((bool)answer["is_published"]!);
    }

    [Fact]
    [Trait("Row", "51")]
    public async Task A_published_version_keeps_its_definition_but_not_its_words()
    {
        await Host.PostAsync(Groups, Group("g", published: true));
        var described = Group("g", published: true);
        described["description"] = "text";
        described["attributes"]![0]!["description"] = "text";

        Assert.Equal(200, (await Host.PutAsync(Version("g"), described)).Status);
        Assert.Equal("text", (string?)(await Host.GetAsync(Version("g")))["attributes"]![0]!["description"]);

        var changed = await Host.PutAsync(Version("g"), Group("g", attributes: """{"name":"views","type":"int64","aggregation":"counter"}""", published: true));
        Assert.Equal(400, changed.Status);
        Assert.Contains("published", (string?)changed["detail"]);
        Assert.Equal("int32", (string?)(await Host.GetAsync(Version("g")))["attributes"]![0]!["type"]);
    }

    [Fact]
    [Trait("Row", "53")]
    public async Task Unpublishing_takes_any_definition_and_publishing_again_makes_it_live()
    {
        await Host.PostAsync(Groups, Group("g", published: true));
        var other = """{"name":"views","type":"int64","aggregation":"counter"}""";

        Assert.Equal(200, (await Host.PutAsync(Version("g"), Group("g", attributes: other))).Status);
        var live = await Host.PutAsync(Version("g"), Group("g", attributes: other, published: true));

        Assert.Equal(200, live.Status);
        Assert.Equal("int64", (string?)live["attributes"]![0]!["type"]);
    }

    [Fact]
    [Trait("Row", "52")]
    [Trait("Row", "50")]
    public async Task Deleting_a_version_removes_the_values_that_no_other_version_has()
    {
        string Counter(string name, string filter) => $$"""{"name":"{{name}}","type":"int32","aggregation":"counter","events":[{"name":"{{filter}}"}]}""";
        await Host.PostAsync(Groups, Group("g", 1, Counter("kept", "a") + "," + Counter("gone", "b"), published: true));
        await Host.PostAsync(Groups, Group("h", 2, Counter("renamed", "a"), published: true));
        var gone = DefinitionHash.OfGroup(Host.Registry.Current.AttributeKeys["domain_sessionid"], Host.Registry.Current.AttributeGroups[new("g", 1)])
            .Single(value => value.Name == "gone").Id;

        Assert.Equal(400, (await Host.DeleteAsync(Version("g"))).Status);
        await Host.PutAsync(Version("g"), Group("g", 1, Counter("kept", "a") + "," + Counter("gone", "b")));
        Assert.Equal(200, (await Host.DeleteAsync(Version("g"))).Status);

        var (key, removed) = Assert.Single(Host.Cleanup.Removed);
        Assert.Equal("domain_sessionid", key);
        Assert.Equal([gone], removed);
        Assert.Equal(404, (await Host.GetAsync(Version("g"))).Status);
    }

    [Theory]
    [Trait("Row", "33")]
    [InlineData("""{"name":"g","attribute_key":{"name":"user_id"},"is_published":true}""", """["body","attributes"]""")]
    [InlineData("""{"name":"g","attribute_key":{"name":"nobody"},"is_published":true,"attributes":[{"name":"a","type":"int32","aggregation":"counter"}]}""", """["body","attribute_key"]""")]
    [InlineData("""{"name":"g","attribute_key":{"name":"table_only"},"is_published":true,"attributes":[{"name":"a","type":"int32","aggregation":"counter"}]}""", """["body","attribute_key"]""")]
    [InlineData("""{"name":"g","attribute_key":{"name":"user_id"},"is_published":true,"fields":[{"name":"a","type":"int32"}]}""", """["body","fields"]""")]
    public async Task What_is_not_complete_is_saved_as_a_draft_but_not_published(string group, string place)
    {
        await Host.PostAsync(Keys, Json("""{"name":"table_only","external_column":"table_only"}"""));
        var draft = Json(group);
        draft["is_published"] = false;

        Assert.Equal([place], (await Host.PostAsync(Groups, Json(group))).Places);
        Assert.Equal(404, (await Host.GetAsync(Version("g"))).Status);
        Assert.Equal(200, (await Host.PostAsync(Groups, draft)).Status);
        var byReference = await Host.PostAsync("engines/publish", Json("""{"attribute_groups":[{"name":"g","version":1}]}"""));
        Assert.Equal([place.Replace("\"body\",", "\"body\",\"attribute_groups\",0,")], byReference.Places);
    }

    [Fact]
    [Trait("Row", "48")]
    public async Task Publishing_by_reference_takes_everything_or_nothing()
    {
        await Host.PostAsync(Groups, Group("g"));
        await Host.PostAsync(Keys, Json("""{"name":"tier","key":"app_id"}"""));
        await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"g","version":1}]}"""));

        var unknown = await Host.PostAsync("engines/publish", Json("""{"attribute_keys":[{"name":"tier"}],"attribute_groups":[{"name":"g","version":1},{"name":"g","version":2}]}"""));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("'g'", (string?)unknown["detail"]);
        Assert.False((bool)(await Host.GetAsync(Keys + "tier"))["is_published"]!);

        var all = Json("""{"attribute_keys":[{"name":"tier"}],"attribute_groups":[{"name":"g","version":1}],"services":[{"name":"s"}]}""");
        foreach (var (verb, published) in new[] { ("publish", true), ("publish", true), ("unpublish", false), ("unpublish", false) })
        {
            Assert.Equal($$"""{"status":"{{verb}}ed"}""", (await Host.PostAsync($"engines/{verb}", all)).Body.ToJsonString());
            foreach (var path in new[] { Keys + "tier", Version("g"), Services + "s" })
                Assert.Equal(published, (bool)(await Host.GetAsync(path))["is_published"]!);
        }
    }

    [Theory]
    [Trait("Row", "48")]
    [InlineData("interventions", """{"name":"x","version":1}""")]
    [InlineData("event_logs", """{"name":"x"}""")]
    [InlineData("agentic_attributes", """{"name":"x"}""")]
    [InlineData("services", """{"name":"x"}""")]
    [InlineData("attribute_keys", """{"name":"x"}""")]
    public async Task What_does_not_exist_cannot_be_published(string kind, string reference) =>
        Assert.Equal(404, (await Host.PostAsync("engines/publish", Json($$"""{"{{kind}}":[{{reference}}]}"""))).Status);

    [Fact]
    [Trait("Row", "48")]
    public async Task Naming_nothing_publishes_nothing_and_versions_are_required()
    {
        Assert.Equal("""{"status":"nothing to publish"}""", (await Host.PostAsync("engines/publish", Json("{}"))).Body.ToJsonString());
        Assert.Equal("""{"status":"nothing to unpublish"}""", (await Host.PostAsync("engines/unpublish/", Json("""{"services":[]}"""))).Body.ToJsonString());
        Assert.Equal(["""["body","attribute_groups",0,"version"]"""], (await Host.PostAsync("engines/publish", Json("""{"attribute_groups":[{"name":"g"}]}"""))).Places);
    }

    [Fact]
    [Trait("Row", "35")]
    [Trait("Row", "13")]
    [Trait("Row", "48")]
    public async Task The_batch_command_line_finds_its_groups_and_registers_their_table()
    {
        var batch = Group("ecom", attributes: """{"name":"carts","type":"int32","aggregation":"counter","events":[{"name":"cart"}],"period":"P30D","property":{"type":"atomic","name":"app_id"}}""", key: "user_id", published: true);
        batch["offline"] = true;
        await Host.PublishAsync(Groups, Version("ecom"), batch.DeepClone());
        await Host.PublishAsync(Groups, Version("stream"), Group("stream", published: true));

        var listed = (await Host.GetAsync("registry/attribute_groups/?offline=true&property_syntax=bigquery")).Body.AsArray();
        Assert.Equal("ecom", (string?)Assert.Single(listed)!["name"]);
        Assert.Equal("app_id", (string?)listed[0]!["attributes"]![0]!["property"]);
        Assert.Equal("user_id", (string?)listed[0]!["attribute_key_or_name"]);

        var set = await Host.PutAsync(Version("ecom") + "/batch_source", Json("""
            {"database":"DB","wh_schema":"DERIVED","table":"ecom_1_attributes","name":"ecom_1_attributes",
             "timestamp_field":"dbt_valid_from","description":"text","owner":"a@b.co"}
            """));
        Assert.Equal("""{"ok":true}""", set.Body.ToJsonString());
        var published = await Host.PostAsync("engines/publish", Json("""{"attribute_groups":[{"name":"ecom","version":1}]}"""));
        Assert.Equal("published", (string?)published["status"]);

        // The SDK publishes its own definition again, which knows nothing of the table.
        var again = await Host.PublishAsync(Groups, Version("ecom"), batch);
        Assert.True(JsonNode.DeepEquals(
            Json("""{"name":"ecom_1_attributes","database":"DB","schema":"DERIVED","table":"ecom_1_attributes","timestamp_field":"dbt_valid_from","description":"text","owner":"a@b.co"}"""),
            again["batch_source"]), again.ToString());
        Assert.Equal("DB.DERIVED.ecom_1_attributes", (string?)(await Host.GetAsync(Version("ecom") + "/batch_sync_status"))["source_table"]);
    }

    [Fact]
    [Trait("Row", "35")]
    public async Task A_stream_group_takes_no_table_and_an_unknown_group_neither()
    {
        await Host.PostAsync(Groups, Group("g"));
        var source = Json("""{"name":"s","database":"d","schema":"s","table":"t","timestamp_field":"f"}""");

        Assert.Equal(422, (await Host.PutAsync(Version("g") + "/batch_source", source.DeepClone())).Status);
        Assert.Equal(404, (await Host.PutAsync(Version("h") + "/batch_source", source.DeepClone())).Status);
        source["table"] = "t; drop";
        Assert.Equal(["""["body","table"]"""], (await Host.PutAsync(Version("g") + "/batch_source", source)).Places);
    }

    /// <summary>Spec 15.5.</summary>
    [Fact]
    public async Task The_sync_status_is_that_of_published_groups()
    {
        await Host.PostAsync(Groups, Group("g"));
        Assert.Equal(404, (await Host.GetAsync(Version("h") + "/batch_sync_status")).Status);
        Assert.Equal(400, (await Host.GetAsync(Version("g") + "/batch_sync_status")).Status);

        await Host.PutAsync(Version("g"), Group("g", published: true));
        var status = await Host.GetAsync(Version("g") + "/batch_sync_status");

        Assert.Equal("completed", (string?)status["status"]);
        Assert.NotNull(status["streaming_since"]);
        Assert.Equal("[]", status["errors"]!.ToJsonString());
        Assert.Equal(
            ["data_fresh_through", "errors", "last_synced_at", "records_synced", "source_table", "status", "streaming_since", "sync_progress", "sync_started_at"],
            status.Body.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Row", "49")]
    [Trait("Row", "50")]
    public async Task Equal_definitions_are_one_stream_attribute_with_all_its_sources()
    {
        var attribute = """{"name":"{0}","type":"int32","aggregation":"counter","period":"P1D","events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}]}""";
        await Host.PostAsync(Groups, Group("session_activity", attributes: attribute.Replace("{0}", "page_views_count"), published: true));
        await Host.PostAsync(Groups, Group("session_activity", 2, attribute.Replace("{0}", "views"), published: true));
        await Host.PostAsync(Groups, Group("draft", attributes: attribute.Replace("{0}", "views")));

        var answer = await Host.GetAsync("engines/stream_attributes");

        var one = Assert.Single(answer["attributes"]!.AsArray())!;
        Assert.Equal(32, ((string)one["definition_hash"]!).Length);
        one.AsObject().Remove("definition_hash");
        Assert.True(JsonNode.DeepEquals(Json("""
            {"attribute_key_name":"domain_sessionid","attribute_key_or_name":"domain_sessionid",
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","blobl_path":"domain_sessionid"},
             "type":"int32","aggregation":"counter",
             "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}],
             "property":null,"criteria":null,"period":"P1D","time_unit":null,"ttl":86400,
             "source_groups":[{"name":"session_activity","version":1,"attribute_name":"page_views_count"},{"name":"session_activity","version":2,"attribute_name":"views"}]}
            """), one), one.ToJsonString());
        Assert.NotNull(answer["published_at"]);
    }

    [Fact]
    [Trait("Row", "49")]
    public async Task The_engine_has_no_interventions_before_there_are_any()
    {
        Assert.Equal("""{"interventions":[],"published_at":null}""", (await Host.GetAsync("engines/interventions")).Body.ToJsonString());
        Assert.Equal("[]", (await Host.GetAsync("registry/interventions")).Body.ToJsonString());
        Assert.Equal("[]", (await Host.GetAsync("registry/interventions/")).Body.ToJsonString());
    }

    [Fact]
    public async Task Reading_needs_one_scope_and_writing_another()
    {
        await using var host = await RegistryHost.StartAsync(new SignalsApiOptions { SandboxTokens = [new("reading-only-token", ["registry:read"])] });
        host.Http.DefaultRequestHeaders.Authorization = new("Bearer", "reading-only-token");

        Assert.Equal(200, (await host.GetAsync(Groups)).Status);
        Assert.Equal(403, (await host.PostAsync(Groups, Group("g"))).Status);
        Assert.Equal(403, (await host.PostAsync("engines/publish", Json("{}"))).Status);
        using var anonymous = await host.Anonymous.GetAsync("/api/v1/registry/attribute_groups/");
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }
}
