using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api part 4.</summary>
public sealed class AttributeGroupEndpointTests : RegistryTests
{
    [Fact]
    [Trait("Row", "28")]
    [Trait("Row", "30")]
    public async Task A_group_is_answered_exactly_as_specified()
    {
        var answer = await Host.PostAsync(Groups, Json("""
            {"name":"session_activity","version":1,"owner":"data@example.com","is_published":true,
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","description":"The domain session ID for the session."},
             "online":true,"offline":false,
             "attributes":[
              {"name":"page_views_count","type":"int32","aggregation":"counter",
               "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}],
               "period":"P1D"},
              {"name":"last_mkt_medium","type":"string","aggregation":"last","events":[],
               "property":{"type":"atomic","name":"mkt_medium"},"ttl":"P7D"}]}
            """));
        var expected = Json("""
            {"name":"session_activity","version":1,
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","description":"The identifier of the session.",
               "external_column":null,"property":null,"owner":null,"ttl":null,"is_published":true,"blobl_path":"domain_sessionid"},
             "ttl":null,"batch_source":null,"online":true,"offline":false,"description":null,"owner":"data@example.com",
             "fields":[],
             "attributes":[
              {"name":"page_views_count","description":null,"type":"int32",
               "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}],
               "aggregation":"counter","property":null,"criteria":null,"period":"P1D","ttl":null,"default_value":null},
              {"name":"last_mkt_medium","description":null,"type":"string","events":[],"aggregation":"last",
               "property":{"type":"atomic","name":"mkt_medium"},"criteria":null,"period":null,"ttl":"P7D","default_value":null}],
             "is_published":true,"backfill_since_tstamp":null,"refresh_rate":null,
             "feast_name":"session_activity_v1","full_name":"session_activity_v1","stream_source_name":"session_activity_stream",
             "attribute_key_or_name":"domain_sessionid","attribute_group_or_attribute_key_ttl":null}
            """);

        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(expected, answer.Body), answer.ToString());
        Assert.True(JsonNode.DeepEquals(expected, (await Host.GetAsync(Groups + "session_activity")).Body));
        Assert.True(JsonNode.DeepEquals(expected, (await Host.GetAsync(Version("session_activity"))).Body));
        Assert.True(JsonNode.DeepEquals(expected, (await Host.GetAsync(Groups)).Body[0]));
    }

    [Fact]
    [Trait("Row", "30")]
    public async Task What_was_answered_can_be_sent_back()
    {
        var sent = Json("""
            {"name":"g","attribute_key":{"name":"user_id"},"is_published":true,"backfill_since_tstamp":"2026-01-02T03:04:05","refresh_rate":"PT6H",
             "attributes":[{"name":"a","type":"string_list","aggregation":"unique_list","default_value":["x"],
               "events":[{"event_specification_id":"7d0ee8d1-2f0a-4b6f-a6a8-2e0f1c8a3c11"}],
               "property":{"type":"calculated","operation":"concat","separator":"-","properties":[{"type":"atomic","name":"app_id"},
                 {"type":"entity","vendor":"com.acme","name":"product","major_version":1,"path":"$.sku","index":2}]},
               "criteria":{"all":[{"property":{"type":"atomic","name":"app_id"},"operator":"is not null"}],
                           "any":[{"property":{"type":"event","vendor":"com.acme","name":"cart","major_version":1,"path":"total"},"operator":">=","value":1.5},
                                  {"property":{"type":"atomic","name":"platform"},"operator":"in","value":["web","mob"]}]}},
              {"name":"b","type":"double","aggregation":"time_since_last","time_unit":"min","events":[{}]}]}
            """);
        var answer = await Host.PostAsync(Groups, sent);

        var again = await Host.PutAsync(Version("g"), answer.Body.DeepClone());

        Assert.Equal("2026-01-02T03:04:05Z", (string?)answer["backfill_since_tstamp"]);
        Assert.Equal(200, again.Status);
        Assert.True(JsonNode.DeepEquals(answer.Body, again.Body), again.ToString());
        foreach (var member in new[] { "property", "criteria", "events", "default_value" })
        {
            var expected = sent["attributes"]![0]![member]!.DeepClone();
            if (member == "criteria")
                expected["all"]![0]!["value"] = null;
            Assert.True(JsonNode.DeepEquals(expected, again["attributes"]![0]![member]), again.ToString());
        }
    }

    [Fact]
    [Trait("Row", "29")]
    public async Task The_group_without_a_version_is_the_highest_one()
    {
        foreach (var version in new[] { 2, 10, 9 })
            await Host.PostAsync(Groups, Group("g", version, published: version == 2));

        Assert.Equal(10, (int?)(await Host.GetAsync(Groups + "g"))["version"]);
        Assert.Equal(9, (int?)(await Host.GetAsync(Version("g", 9)))["version"]);
        Assert.Equal([2, 9, 10], (await Host.GetAsync(Groups)).Body.AsArray().Select(group => (int)group!["version"]!));
        Assert.Equal(404, (await Host.GetAsync(Version("g", 3))).Status);
        Assert.Equal(404, (await Host.GetAsync(Groups + "h")).Status);
    }

    [Theory]
    [Trait("Row", "15")]
    [InlineData("0")]
    [InlineData("1000001")]
    [InlineData("99999999999")]
    [InlineData("one")]
    [InlineData("-1")]
    public async Task A_version_in_the_path_is_an_integer_in_range(string version)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
            Assert.Equal(["""["path","version"]"""], (await Host.SendAsync(method, $"{Groups}g/versions/{version}", method == HttpMethod.Put ? Group("g") : null)).Places);
    }

    [Fact]
    [Trait("Row", "5")]
    [Trait("Row", "28")]
    public async Task A_version_is_created_once_and_the_body_must_fit_the_path()
    {
        Assert.Equal(200, (await Host.PostAsync(Groups, Group("g"))).Status);

        var again = await Host.PostAsync(Groups, Group("g"));
        Assert.Equal(400, again.Status);
        Assert.EndsWith("already exists", (string?)again["detail"]);
        Assert.Equal(404, (await Host.PutAsync(Version("g", 2), Group("g", 2))).Status);
        Assert.Equal(["""["body","version"]"""], (await Host.PutAsync(Version("g"), Group("g", 2))).Places);
        Assert.Equal(["""["body","name"]"""], (await Host.PutAsync(Version("g"), Group("h"))).Places);
    }

    [Theory]
    [Trait("Row", "31")]
    [InlineData("", "draft,live,table")]
    [InlineData("?applied=true", "live")]
    [InlineData("?applied=False", "draft,table")]
    [InlineData("?offline=1", "table")]
    [InlineData("?offline=0", "draft,live")]
    [InlineData("?online=false", "draft")]
    [InlineData("?online=TRUE", "live,table")]
    [InlineData("?attribute_key_or_name=app_id", "draft")]
    [InlineData("?attribute_key_or_name=tier", "")]
    [InlineData("?attribute_key_or_name=domain_sessionid&offline=false&applied=true", "live")]
    public async Task The_list_can_be_filtered(string query, string names)
    {
        await Host.PostAsync(Keys, Json("""{"name":"tier","key":"app_id"}"""));
        await Host.PostAsync(Groups, Group("live", published: true));
        var draft = Group("draft", key: "tier");
        draft["online"] = false;
        await Host.PostAsync(Groups, draft);
        var table = Group("table");
        table["offline"] = true;
        await Host.PostAsync(Groups, table);

        var listed = await Host.GetAsync(Groups + query);

        Assert.Equal(names, string.Join(',', listed.Body.AsArray().Select(group => (string?)group!["name"])));
    }

    [Theory]
    [Trait("Row", "31")]
    [InlineData("?applied=yes", """["query","applied"]""")]
    [InlineData("?property_syntax=oracle", """["query","property_syntax"]""")]
    public async Task A_filter_that_is_not_understood_is_refused(string query, string place) =>
        Assert.Equal([place], (await Host.GetAsync(Groups + query)).Places);

    [Theory]
    [Trait("Row", "32")]
    [InlineData("snowflake", "mkt_source|unstruct_event_com_acme_shop_cart_view_1:total|contexts_nl_basjes_yauaa_context_1[0]:deviceClass|contexts_org_w3_performance_timing_2[3]:items[1].itemName")]
    [InlineData("bigquery", "mkt_source|unstruct_event_com_acme_shop_cart_view_1.total|contexts_nl_basjes_yauaa_context_1[safe_offset(0)].device_class|contexts_org_w3_performance_timing_2[safe_offset(3)].items[safe_offset(1)].item_name")]
    [InlineData("databricks", "mkt_source|unstruct_event_com_acme_shop_cart_view_1.total|contexts_nl_basjes_yauaa_context_1[0].device_class|contexts_org_w3_performance_timing_2[3].items[1].item_name")]
    [InlineData("blobl", "mkt_source|unstruct_event.data.data.total|contexts_nl_basjes_yauaa_context_1.0.deviceClass|contexts_org_w3_performance_timing_2.3.items.1.itemName")]
    public async Task Properties_are_written_as_texts_in_the_asked_syntax(string syntax, string expected)
    {
        string[] properties =
        [
            """{"type":"atomic","name":"mkt_source"}""",
            """{"type":"event","vendor":"com.acme-shop","name":"cartView","major_version":1,"path":"$.total"}""",
            """{"type":"entity","vendor":"nl.basjes","name":"yauaa_context","major_version":1,"path":"deviceClass"}""",
            """{"type":"entity","vendor":"org.w3","name":"PerformanceTiming","major_version":2,"path":"items[1].itemName","index":3}""",
        ];
        var attributes = properties.Select((property, i) =>
            $$$"""{"name":"a{{{i}}}","type":"string","aggregation":"last","events":[],"property":{{{property}}},"criteria":{"any":[{"property":{{{property}}},"operator":"is null"}]}}""");
        await Host.PostAsync(Groups, Group("g", attributes: string.Join(',', attributes)));

        var listed = (await Host.GetAsync($"{Groups}?property_syntax={syntax}")).Body[0]!["attributes"]!.AsArray();

        Assert.Equal(expected, string.Join('|', listed.Select(attribute => (string?)attribute!["property"])));
        Assert.Equal(expected, string.Join('|', listed.Select(attribute => (string?)attribute!["criteria"]!["any"]![0]!["property"])));
    }

    [Fact]
    [Trait("Row", "36")]
    public async Task An_external_group_has_fields_a_table_and_no_stream()
    {
        var group = Json("""
            {"name":"scores","attribute_key":{"name":"user_id"},"offline":true,"is_published":true,"ttl":"P30D",
             "fields":[{"name":"score","type":"double"},{"name":"segment","type":"string","description":"text"}],
             "batch_source":{"name":"s","database":"DB-1","schema_":"PUBLIC","table":"SCORES","timestamp_field":"updated_at"}}
            """);

        var answer = await Host.PostAsync(Groups, group);

        Assert.Equal(200, answer.Status);
        Assert.Null(answer["stream_source_name"]);
        Assert.Equal("[]", answer["attributes"]!.ToJsonString());
        Assert.Equal("P30D", (string?)answer["attribute_group_or_attribute_key_ttl"]);
        Assert.Equal("PUBLIC", (string?)answer["batch_source"]!["schema"]);
        Assert.Equal("""{"name":"score","type":"double","description":null}""", answer["fields"]![0]!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "37")]
    public async Task Every_template_can_be_published_as_it_is()
    {
        var templates = (await Host.GetAsync("registry/templates/attribute_groups")).Body["templates"]!.AsArray();

        Assert.Equal(5, templates.Count);
        var number = 0;
        foreach (var template in templates)
        {
            var group = Group($"template_{number++}", published: true);
            group["attributes"] = template!["attributes"]!.DeepClone();
            Assert.Equal(200, (await Host.PostAsync(Groups, group)).Status);
        }
    }

    [Theory]
    [Trait("Row", "38")]
    [InlineData("warehouse/tables")]
    [InlineData("warehouse/tables/orders/columns?column_type=timestamp")]
    [InlineData("warehouse/tables/orders/timestamp-columns")]
    public async Task Look_ups_say_that_there_is_no_warehouse(string path)
    {
        var answer = await Host.GetAsync(path);

        Assert.Equal(400, answer.Status);
        Assert.Equal("no warehouse connection", (string?)answer["detail"]);
    }
}
