using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Registry;

/// <summary>Spec signals-api parts 2 and 4.</summary>
public sealed class AttributeGroupTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Groups = "/api/v1/registry/attribute_groups/";

    [Fact]
    [Trait("Row", "28")]
    [Trait("Row", "29")]
    public async Task Versions_are_created_read_replaced_and_deleted_one_by_one()
    {
        var name = Unique("group");
        JsonObject Version(int version, string attribute) => Group(name, version, "user_id", Attribute(attribute, "int32", "counter")).With("is_published", false);
        await Client.PostAsync(Groups, Version(1, "a"));
        await Client.PostAsync(Groups, Version(3, "c"));

        Assert.Equal(3, (await Client.GetAsync(Groups + name))["version"]!.GetValue<int>());
        Assert.Equal("a", $"{(await Client.GetAsync($"{Groups}{name}/versions/1"))["attributes"]![0]!["name"]}");
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Get, $"{Groups}{name}/versions/2")).Status);
        Assert.Equal(2, (await Client.GetAsync(Groups)).AsArray().Count(group => $"{group!["name"]}" == name));

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, $"{Groups}{name}/versions/3", Version(3, "d"))).Status);
        Assert.Equal("d", $"{(await Client.GetAsync(Groups + name))["attributes"]![0]!["name"]}");
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Put, $"{Groups}{name}/versions/2", Version(2, "b"))).Status);
        AssertInvalid(await Client.SendAsync(HttpMethod.Put, $"{Groups}{name}/versions/3", Version(4, "d")));

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, $"{Groups}{name}/versions/3")).Status);
        Assert.Equal(1, (await Client.GetAsync(Groups + name))["version"]!.GetValue<int>());
    }

    [Fact]
    [Trait("Row", "14")]
    [Trait("Row", "30")]
    public async Task The_answer_has_everything_that_the_clients_parse()
    {
        var name = Unique("session_activity");
        var request = JsonNode.Parse("""
            {"version":1,"owner":"data@example.com","is_published":true,
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","description":"The domain session ID for the session."},
             "online":true,"offline":false,
             "attributes":[
              {"name":"page_views_count","type":"int32","aggregation":"counter",
               "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}],"period":"P1D"},
              {"name":"last_mkt_medium","type":"string","aggregation":"last","events":[],
               "property":{"type":"atomic","name":"mkt_medium"},"ttl":"P7D"}]}
            """)!.AsObject().With("name", name);
        var expected = JsonNode.Parse("""
            {"version":1,
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","external_column":null,"property":null,"ttl":null,
               "is_published":true,"blobl_path":"domain_sessionid"},
             "ttl":null,"batch_source":null,"online":true,"offline":false,"description":null,"owner":"data@example.com","fields":[],
             "attributes":[
              {"name":"page_views_count","description":null,"type":"int32",
               "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow","version":"1-0-0"}],
               "aggregation":"counter","property":null,"criteria":null,"period":"P1D","ttl":null,"default_value":null},
              {"name":"last_mkt_medium","description":null,"type":"string","events":[],"aggregation":"last",
               "property":{"type":"atomic","name":"mkt_medium"},"criteria":null,"period":null,"ttl":"P7D","default_value":null}],
             "is_published":true,"backfill_since_tstamp":null,"refresh_rate":null,
             "attribute_key_or_name":"domain_sessionid","attribute_group_or_attribute_key_ttl":null}
            """)!.AsObject();
        expected["name"] = name;
        expected["feast_name"] = $"{name}_v1";
        expected["full_name"] = $"{name}_v1";
        expected["stream_source_name"] = $"{name}_stream";

        AssertHolds(expected, await Client.PostAsync(Groups, request.DeepClone()));
        AssertHolds(expected, await Client.GetAsync(Groups + name));
        AssertHolds(expected, (await Client.SendAsync(HttpMethod.Put, $"{Groups}{name}/versions/1", request)).Json);
    }

    [Theory]
    [InlineData("\"P1D\"", "P1D")]
    [InlineData("\"PT1H\"", "PT1H")]
    [InlineData("\"PT10M\"", "PT10M")]
    [InlineData("3600", "PT1H")]
    [Trait("Row", "14")]
    public async Task Durations_are_iso_8601_and_numbers_are_seconds(string period, string expected)
    {
        var group = Group(Unique("group"), 1, "user_id", Attribute("n", "int32", "counter").With("period", JsonNode.Parse(period)));

        Assert.Equal(expected, $"{(await Client.PutGroupAsync(group))["attributes"]![0]!["period"]}");
    }

    public static TheoryData<string, string, string> Limits => new()
    {
        { "name", "\"bad name\"", "name" },
        { "name", "\"\"", "name" },
        { "version", "0", "version" },
        { "version", "1000001", "version" },
        { "owner", "\"a\\u0000b\"", "owner" },
        { "ttl", "\"tomorrow\"", "ttl" },
        { "refresh_rate", "\"PT2H\"", "refresh_rate" },
        { "backfill_since_tstamp", "\"yesterday\"", "backfill_since_tstamp" },
        { "attributes", "5", "attributes" },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    [Trait("Row", "15")]
    public async Task A_field_out_of_its_limits_is_named(string field, string value, string place)
    {
        var group = Group(Unique("group"), 1, "user_id", Attribute("n", "int32", "counter")).With(field, JsonNode.Parse(value));

        AssertInvalid(await Client.SendAsync(HttpMethod.Post, Groups, group), place);
    }

    public static TheoryData<string, string> BadProperties => new()
    {
        { """{"type":"atomic","name":"no_such_column"}""", "name" },
        { """{"type":"event","vendor":"","name":"a","major_version":1,"path":"p"}""", "vendor" },
        { """{"type":"event","vendor":"com.acme","name":"a b","major_version":1,"path":"p"}""", "name" },
        { """{"type":"event","vendor":"com.acme","name":"a","major_version":0,"path":"p"}""", "major_version" },
        { """{"type":"event","vendor":"com.acme","name":"a","major_version":1,"path":"$"}""", "path" },
        { """{"type":"event","vendor":"com.acme","name":"a","major_version":1,"path":"a['b']"}""", "path" },
        { """{"type":"event","vendor":"com.acme","name":"a","major_version":1}""", "path" },
        { """{"type":"entity","vendor":"com.acme","name":"a","major_version":1,"path":"p","index":-1}""", "index" },
    };

    [Theory]
    [MemberData(nameof(BadProperties))]
    [Trait("Row", "15")]
    [Trait("Row", "16")]
    public async Task A_property_outside_its_pattern_is_refused(string property, string field)
    {
        var group = Group(Unique("group"), 1, "user_id", Attribute("n", "string", "last", JsonNode.Parse(property)!.AsObject()));

        var answer = await Client.SendAsync(HttpMethod.Post, Groups, group);

        AssertInvalid(answer);
        Assert.Contains(answer.Json["detail"]!.AsArray(), error =>
            error!["loc"]!.ToJsonString().StartsWith("[\"body\",\"attributes\",0,\"property\"", StringComparison.Ordinal) && error["loc"]!.AsArray().Any(part => $"{part}" == field));
    }

    [Fact]
    [Trait("Row", "31")]
    public async Task The_list_is_filtered_by_state_kind_and_key()
    {
        var key = Unique("key");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["property"] = Atomic("page_title"), ["is_published"] = true });
        string[] names = [Unique("live"), Unique("draft"), Unique("offline"), Unique("not_online")];
        JsonObject Named(string name) => Group(name, 1, key, Attribute("n", "int32", "counter"));
        await Client.PutGroupAsync(Named(names[0]));
        await Client.PutGroupAsync(Named(names[1]).With("is_published", false));
        await Client.PutGroupAsync(Named(names[2]).With("offline", true).With("is_published", false));
        await Client.PutGroupAsync(Named(names[3]).With("online", false).With("is_published", false));

        async Task<string[]> ListAsync(string query) =>
            [.. (await Client.GetAsync($"{Groups}?attribute_key_or_name={key}&{query}")).AsArray().Select(group => $"{group!["name"]}").Order()];
        string[] Sorted(params int[] indexes) => [.. indexes.Select(index => names[index]).Order()];

        Assert.Equal(Sorted(0, 1, 2, 3), await ListAsync(""));
        Assert.Equal(Sorted(0), await ListAsync("applied=true"));
        Assert.Equal(Sorted(1, 2, 3), await ListAsync("applied=false"));
        Assert.Equal(Sorted(2), await ListAsync("offline=True"));
        Assert.Equal(Sorted(0, 1, 3), await ListAsync("offline=0"));
        Assert.Equal(Sorted(3), await ListAsync("online=false"));
        Assert.Equal(Sorted(0, 1, 2), await ListAsync("online=1"));
    }

    [Theory]
    [InlineData("snowflake", "mkt_source", "unstruct_event_com_acme_cart_1:total", "contexts_com_acme_product_1[0]:listPrice")]
    [InlineData("bigquery", "mkt_source", "unstruct_event_com_acme_cart_1.total", "contexts_com_acme_product_1[safe_offset(0)].list_price")]
    [InlineData("databricks", "mkt_source", "unstruct_event_com_acme_cart_1.total", "contexts_com_acme_product_1[0].list_price")]
    [Trait("Row", "32")]
    public async Task Properties_are_written_in_the_syntax_of_a_warehouse(string syntax, string atomic, string payload, string entity)
    {
        var key = Unique("key");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["property"] = Atomic("page_title") });
        await Client.PutGroupAsync(Group(Unique("group"), 1, key,
            Attribute("a", "string", "last", Atomic("mkt_source")),
            Attribute("b", "double", "last", EventProperty("com.acme", "cart", "total")),
            Attribute("c", "double", "last", EntityProperty("com.acme", "product", "listPrice"), All(Criterion(Atomic("mkt_source"), "=", "news"))))
            .With("is_published", false));

        var listed = await Client.GetAsync($"{Groups}?attribute_key_or_name={key}&property_syntax={syntax}");

        var attributes = listed[0]!["attributes"]!.AsArray();
        Assert.Equal([atomic, payload, entity], attributes.Select(attribute => $"{attribute!["property"]}"));
        Assert.Equal(atomic, $"{attributes[2]!["criteria"]!["all"]![0]!["property"]}");
    }

    public static TheoryData<string, string, bool> Matrix => new()
    {
        // aggregation, the rest of the attribute, whether it is accepted
        { "counter", """{"type":"int32"}""", true },
        { "counter", """{"type":"string"}""", false },
        { "sum", """{"type":"double","property":{"type":"atomic","name":"se_value"}}""", true },
        { "sum", """{"type":"double"}""", false },
        { "sum", """{"type":"string","property":{"type":"atomic","name":"se_value"}}""", false },
        { "min", """{"type":"float","property":{"type":"atomic","name":"se_value"}}""", true },
        { "max", """{"type":"int64"}""", false },
        { "mean", """{"type":"bool","property":{"type":"atomic","name":"se_value"}}""", false },
        { "first", """{"type":"string"}""", false },
        { "last", """{"type":"string","property":{"type":"atomic","name":"page_url"}}""", true },
        { "last", """{"type":"int32","property":{"type":"atomic","name":"derived_tstamp","date_part":"hour_of_day"}}""", true },
        { "last", """{"type":"string","property":{"type":"atomic","name":"derived_tstamp","date_part":"hour_of_day"}}""", false },
        { "last", """{"type":"int32","property":{"type":"atomic","name":"derived_tstamp","date_part":"active_day"}}""", false },
        { "last", """{"type":"string","property":{"type":"atomic","name":"page_url","date_part":"active_day"}}""", false },
        { "last", """{"type":"string_list","property":{"type":"atomic","name":"page_url"}}""", false },
        { "most_frequent", """{"type":"string","property":{"type":"atomic","name":"page_url"}}""", true },
        { "least_frequent", """{"type":"string"}""", false },
        { "unique_list", """{"type":"string_list","property":{"type":"atomic","name":"page_url"}}""", true },
        { "unique_list", """{"type":"string","property":{"type":"atomic","name":"page_url"}}""", false },
        { "category_count", """{"type":"dict","property":{"type":"atomic","name":"page_url"}}""", true },
        { "category_count", """{"type":"string","property":{"type":"atomic","name":"page_url"}}""", false },
        { "approx_count_distinct", """{"type":"int64","property":{"type":"atomic","name":"page_url"}}""", true },
        { "approx_count_distinct", """{"type":"string","property":{"type":"atomic","name":"page_url"}}""", false },
        { "time_since_last", """{"type":"double","time_unit":"min"}""", true },
        { "time_since_last", """{"type":"double","time_unit":"h","property":{"type":"atomic","name":"derived_tstamp"}}""", true },
        { "time_since_last", """{"type":"double","time_unit":"h","property":{"type":"atomic","name":"collector_tstamp"}}""", false },
        { "time_since_first", """{"type":"double"}""", false },
        { "time_since_first", """{"type":"int32","time_unit":"s"}""", false },
        { "counter", """{"type":"int32","time_unit":"s"}""", false },
        { "median", """{"type":"double","property":{"type":"atomic","name":"se_value"}}""", false },
        { "counter", """{"type":"integer"}""", false },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    [Trait("Row", "33")]
    public async Task An_attribute_fits_its_aggregation_or_is_refused(string aggregation, string rest, bool accepted)
    {
        var attribute = JsonNode.Parse(rest)!.AsObject().With("name", "a").With("events", new JsonArray()).With("aggregation", aggregation);
        var answer = await Client.SendAsync(HttpMethod.Post, Groups, Group(Unique("group"), 1, "user_id", attribute));

        if (accepted)
            Assert.True(answer.Status == 200, $"{answer}");
        else
            AssertInvalid(answer);
    }

    [Fact]
    [Trait("Row", "34")]
    public async Task A_window_has_no_time_to_live_of_its_own()
    {
        var attribute = Attribute("n", "int32", "counter").With("period", "P1D").With("ttl", "P7D");

        AssertInvalid(await Client.SendAsync(HttpMethod.Post, Groups, Group(Unique("group"), 1, "user_id", attribute)));
    }

    [Theory]
    [InlineData("schema")]
    [InlineData("schema_")]
    [InlineData("wh_schema")]
    [Trait("Row", "13")]
    [Trait("Row", "35")]
    public async Task The_batch_source_is_set_under_any_name_of_its_schema(string schema)
    {
        var name = Unique("group");
        await Client.PutGroupAsync(Group(name, 1, "user_id", Attribute("n", "int32", "counter")).With("offline", true));
        var source = JsonNode.Parse("""{"database":"DB","table":"ecom_1_attributes","name":"ecom_1_attributes","timestamp_field":"dbt_valid_from"}""")!.AsObject();

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, $"{Groups}{name}/versions/1/batch_source", source.With(schema, "DERIVED"))).Status);

        var read = (await Client.GetAsync(Groups + name))["batch_source"]!.AsObject();
        Assert.Equal(("DERIVED", "DB"), ($"{read["schema"]}", $"{read["database"]}"));
        Assert.DoesNotContain(read, member => member.Key is "schema_" or "wh_schema");
    }

    [Fact]
    [Trait("Row", "36")]
    public async Task An_external_group_has_fields_and_a_table()
    {
        var key = Unique("customer");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["external_column"] = key, ["is_published"] = true });
        JsonObject External() => Group(Unique("group"), 1, key)
            .With("offline", true)
            .With("fields", JsonNode.Parse("""[{"name":"segment","type":"string"},{"name":"orders","type":"int64"}]"""));
        var source = JsonNode.Parse("""{"name":"customers","database":"DB","schema":"PUBLIC","table":"CUSTOMERS","timestamp_field":"updated_at"}""");

        var created = await Client.PutGroupAsync(External().With("batch_source", source));

        Assert.Equal(["segment", "orders"], created["fields"]!.AsArray().Select(field => $"{field!["name"]}"));
        Assert.Null(created["stream_source_name"]);
        Assert.True(created.AsObject().ContainsKey("stream_source_name"));
        AssertInvalid(await Client.SendAsync(HttpMethod.Post, Groups, External()));
    }

    [Fact]
    [Trait("Row", "37")]
    public async Task Templates_offer_ready_made_attributes_that_can_be_published()
    {
        var templates = (await Client.GetAsync("/api/v1/registry/templates/attribute_groups"))["templates"]!.AsArray();

        Assert.Equal(["ecommerce", "ecommerce", "marketing_attribution", "web_analytics", "web_analytics"], templates.Select(template => $"{template!["category"]}").Order());
        foreach (var template in templates)
        {
            var group = Group(Unique("template"), 1, "domain_userid").With("attributes", template!["attributes"]!.DeepClone());
            await Client.PutGroupAsync(group);
        }
    }

    [Theory]
    [InlineData("/api/v1/warehouse/tables")]
    [InlineData("/api/v1/warehouse/tables/CUSTOMERS/columns?column_type=timestamp")]
    [InlineData("/api/v1/warehouse/tables/CUSTOMERS/timestamp-columns")]
    [Trait("Row", "38")]
    public async Task Without_a_warehouse_its_tables_are_a_clear_400(string path)
    {
        var answer = await Client.SendAsync(HttpMethod.Get, path);

        Assert.Equal(400, answer.Status);
        Assert.Equal("no warehouse connection", $"{answer.Json["detail"]}");
    }
}
