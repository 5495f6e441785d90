using System.Text;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec enriched-events, sections 5, 6, 8, 9 and 13.</summary>
public sealed class TrackerProtocolTests
{
    private const string Id = "0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a10";
    private const string NetworkId = "2bad2a4e-aae4-4bea-8acd-399e7fe0366a";
    private static readonly DateTimeOffset Received = DateTimeOffset.FromUnixTimeMilliseconds(1735689601180);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_worked_example_comes_out_column_by_column(bool encoded)
    {
        const string payload = """{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2","data":{"type":"product_view"}}}""";
        const string payloadEncoded = "eyJzY2hlbWEiOiJpZ2x1OmNvbS5zbm93cGxvd2FuYWx5dGljcy5zbm93cGxvdy91bnN0cnVjdF9ldmVudC9qc29uc2NoZW1hLzEtMC0wIiwiZGF0YSI6eyJzY2hlbWEiOiJpZ2x1OmNvbS5zbm93cGxvd2FuYWx5dGljcy5zbm93cGxvdy5lY29tbWVyY2Uvc25vd3Bsb3dfZWNvbW1lcmNlX2FjdGlvbi9qc29uc2NoZW1hLzEtMC0yIiwiZGF0YSI6eyJ0eXBlIjoicHJvZHVjdF92aWV3In19fQ";
        const string entities = """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0","data":{"id":"SKU-42","category":"shoes/running","price":89.9,"currency":"EUR"}},{"schema":"iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0","data":{"id":"5f2c3c1e-6f0b-4d59-9a4e-0b6f2f0f9a11"}}]}""";
        var request = Post(new()
        {
            ["e"] = "ue",
            ["eid"] = Id,
            ["tv"] = "js-4.6.0",
            ["tna"] = "sp1",
            ["aid"] = "shop",
            ["p"] = "web",
            ["dtm"] = "1735689600250",
            ["stm"] = "1735689601000",
            ["duid"] = "7b0e6f0e-7f0c-4b0a-9d54-5f5f0c1f2a33",
            ["sid"] = "c2b7d1de-93a4-4a2e-8f11-6f1b0f7a9c01",
            ["vid"] = "3",
            ["uid"] = "cust-1001",
            ["url"] = "https://shop.example/p/42?utm_source=news#top",
            ["page"] = "Trail\tShoe",
            ["refr"] = "https://shop.example/",
            ["res"] = "1920x1080",
            ["vp"] = "1200x800",
            ["ds"] = "1200x3000",
            ["cookie"] = "1",
            ["cs"] = "UTF-8",
            ["lang"] = "en-GB",
            ["cd"] = "24",
            ["tz"] = "Europe/Berlin",
            [encoded ? "ue_px" : "ue_pr"] = encoded ? payloadEncoded : payload,
            ["co"] = entities,
        });

        var columns = Columns(Assert.Single(Lines(request)));

        Assert.Equal(new Dictionary<string, string>
        {
            ["app_id"] = "shop",
            ["platform"] = "web",
            ["event"] = "unstruct",
            ["event_id"] = Id,
            ["dvce_created_tstamp"] = "2025-01-01 00:00:00.250",
            ["dvce_sent_tstamp"] = "2025-01-01 00:00:01.000",
            ["collector_tstamp"] = "2025-01-01 00:00:01.180",
            ["derived_tstamp"] = "2025-01-01 00:00:00.430",
            ["etl_tstamp"] = "2025-01-01 00:00:01.180",
            ["name_tracker"] = "sp1",
            ["v_tracker"] = "js-4.6.0",
            ["v_collector"] = $"signals-functions-{BadRow.Version}",
            ["v_etl"] = $"signals-functions-{BadRow.Version}",
            ["user_id"] = "cust-1001",
            ["user_ipaddress"] = "203.0.113.7",
            ["network_userid"] = NetworkId,
            ["domain_userid"] = "7b0e6f0e-7f0c-4b0a-9d54-5f5f0c1f2a33",
            ["domain_sessionidx"] = "3",
            ["domain_sessionid"] = "c2b7d1de-93a4-4a2e-8f11-6f1b0f7a9c01",
            ["page_url"] = "https://shop.example/p/42?utm_source=news#top",
            ["page_title"] = "Trail    Shoe",
            ["page_urlscheme"] = "https",
            ["page_urlhost"] = "shop.example",
            ["page_urlport"] = "443",
            ["page_urlpath"] = "/p/42",
            ["page_urlquery"] = "utm_source=news",
            ["page_urlfragment"] = "top",
            ["page_referrer"] = "https://shop.example/",
            ["refr_urlscheme"] = "https",
            ["refr_urlhost"] = "shop.example",
            ["refr_urlport"] = "443",
            ["refr_urlpath"] = "/",
            ["refr_medium"] = "internal",
            ["mkt_source"] = "news",
            ["br_lang"] = "en-GB",
            ["br_cookies"] = "1",
            ["br_colordepth"] = "24",
            ["br_viewwidth"] = "1200",
            ["br_viewheight"] = "800",
            ["dvce_screenwidth"] = "1920",
            ["dvce_screenheight"] = "1080",
            ["doc_charset"] = "UTF-8",
            ["doc_width"] = "1200",
            ["doc_height"] = "3000",
            ["os_timezone"] = "Europe/Berlin",
            ["event_vendor"] = "com.snowplowanalytics.snowplow.ecommerce",
            ["event_name"] = "snowplow_ecommerce_action",
            ["event_format"] = "jsonschema",
            ["event_version"] = "1-0-2",
            ["contexts"] = entities.Replace("contexts/jsonschema/1-0-0", "contexts/jsonschema/1-0-1"),
            ["unstruct_event"] = payload,
        }.OrderBy(column => column.Key), columns.OrderBy(column => column.Key));
    }

    [Theory]
    [InlineData("pv", "page_view", "com.snowplowanalytics.snowplow", "page_view")]
    [InlineData("pp", "page_ping", "com.snowplowanalytics.snowplow", "page_ping")]
    [InlineData("se", "struct", "com.google.analytics", "event")]
    [InlineData("ev", "struct", "com.google.analytics", "event")]
    [InlineData("tr", "transaction", "com.snowplowanalytics.snowplow", "transaction")]
    [InlineData("ti", "transaction_item", "com.snowplowanalytics.snowplow", "transaction_item")]
    public void The_code_of_an_event_gives_its_type(string code, string kind, string vendor, string name)
    {
        var columns = Columns(Assert.Single(Lines(Get($"e={code}"))));

        Assert.Equal((kind, vendor, name, "jsonschema", "1-0-0"),
            (columns["event"], columns["event_vendor"], columns["event_name"], columns["event_format"], columns["event_version"]));
    }

    [Fact]
    public void A_self_describing_event_without_payload_passes()
    {
        var columns = Columns(Assert.Single(Lines(Get("e=ue&ue_pr="))));

        Assert.Equal("unstruct", columns["event"]);
        Assert.DoesNotContain("event_vendor", columns.Keys);
        Assert.DoesNotContain("unstruct_event", columns.Keys);
    }

    [Theory]
    [InlineData("aid=a%20b%2Bc+d", "app_id", "a b+c d")]
    [InlineData("tid=7", "txn_id", "7")]
    [InlineData("tid=null", "txn_id", null)]
    [InlineData("uid=", "user_id", null)]
    [InlineData("uid=%09x%0A%00%7Fy%C3%A9", "user_id", "    xyé")]
    [InlineData("eid=0D9F6A52-3C1E-4A7B-8A54-2F1C8F3F7A10", "event_id", Id)]
    [InlineData("ip=10.0.0.1,%2010.0.0.2", "user_ipaddress", "10.0.0.1")]
    [InlineData("ip=10.0.0.1|10.0.0.2", "user_ipaddress", "10.0.0.1")]
    [InlineData("", "user_ipaddress", "203.0.113.7")]
    [InlineData("ua=agent", "useragent", "agent")]
    [InlineData("", "useragent", "header agent")]
    [InlineData("nuid=n1", "network_userid", "n1")]
    [InlineData("nuid=n1&tnuid=t1", "network_userid", "t1")]
    [InlineData("", "network_userid", NetworkId)]
    [InlineData("cv=v", "v_collector", "v")]
    [InlineData("fp=1&f_pdf=1&f_ag=0", "br_features_silverlight", "0")]
    [InlineData("se_va=1.50", "se_value", "1.50")]
    [InlineData("ev_va=-1E-7", "se_value", "-1E-7")]
    [InlineData("ev_ca=old", "se_category", "old")]
    [InlineData("se_ca=new&ev_ca=old", "se_category", "new")]
    [InlineData("ti_na=x", "ti_name", "x")]
    [InlineData("ti_qu=3&tr_tt=null", "ti_quantity", "3")]
    [InlineData("pp_may=9", "pp_yoffset_max", "9")]
    [InlineData("dtm=1735689600250", "dvce_created_tstamp", "2025-01-01 00:00:00.250")]
    [InlineData("", "page_url", "https://referer.example/x")]
    [InlineData("url=http://a.example/b%2520c%20d", "page_urlpath", "/b%20c%20d")]
    [InlineData("url=http://a.example:8080?q#f", "page_urlport", "8080")]
    [InlineData("url=http://u:p@[::1]:81/", "page_urlhost", "[::1]")]
    [InlineData("url=http://u:p@[::1]:81/", "page_urlport", "81")]
    [InlineData("url=file:///C:/x", "page_urlpath", "/C:/x")]
    [InlineData("url=http://a.example/?utm_medium%3Dm%2520x%26utm_campaign%3Dc", "mkt_medium", "m x")]
    [InlineData("url=http://a.example/?utm_medium%3Dm%26utm_campaign%3Dc", "mkt_campaign", "c")]
    [InlineData("url=http://a.example/?gclid%3D1%26msclkid%3D2", "mkt_network", "Google")]
    [InlineData("url=http://a.example/?dclid%3D1", "mkt_network", "DoubleClick")]
    [InlineData("url=http://a.example/?msclkid%3D1", "mkt_clickid", "1")]
    [InlineData("url=http://a.example/?_sp%3Dd1.1735689600250", "refr_domain_userid", "d1")]
    [InlineData("url=http://a.example/?_sp%3Dd1.1735689600250", "refr_dvce_tstamp", "2025-01-01 00:00:00.250")]
    [InlineData("url=http://a.example/?_sp%3Dd1.x", "refr_dvce_tstamp", null)]
    [InlineData("url=http://a.example/&refr=http://A.EXAMPLE/x", "refr_medium", "internal")]
    [InlineData("url=http://a.example/&refr=http://b.example/x", "refr_medium", "unknown")]
    [InlineData("no_such_parameter=1", "app_id", null)]
    public void A_parameter_becomes_its_column(string query, string column, string? value) =>
        Assert.Equal(value, Columns(Assert.Single(Lines(Get("e=pv&" + query)))).GetValueOrDefault(column));

    [Theory]
    [InlineData("", "2025-01-01 00:00:01.180")]
    [InlineData("dtm=1735689600250", "2025-01-01 00:00:01.180")]
    [InlineData("dtm=1735689600250&stm=1735689601000", "2025-01-01 00:00:00.430")]
    [InlineData("dtm=1735689601000&stm=1735689600250", "2025-01-01 00:00:01.180")]
    [InlineData("dtm=1735689600250&stm=1735689601000&ttm=1893456000000", "2030-01-01 00:00:00.000")]
    [InlineData("dtm=-62135596800000&stm=253402300799999", "2025-01-01 00:00:01.180")]
    public void Derived_time_is_free_of_a_wrong_device_clock(string query, string derived) =>
        Assert.Equal(derived, Columns(Assert.Single(Lines(Get("e=pv&" + query))))["derived_tstamp"]);

    [Fact]
    public void Without_an_id_an_event_gets_a_random_one() =>
        Assert.NotEqual(Columns(Lines(Get("e=pv"))[0])["event_id"], Columns(Lines(Get("e=pv"))[0])["event_id"]);

    [Theory]
    [InlineData("eid=x", "eid")]
    [InlineData("eid=", "eid")]
    [InlineData("sid=x", "sid")]
    [InlineData("p=fridge", "p")]
    [InlineData("vid=1.5", "vid")]
    [InlineData("vid=", "vid")]
    [InlineData("tid=99999999999", "tid")]
    [InlineData("pp_mix=1.0", "pp_mix")]
    [InlineData("se_va=abc", "se_va")]
    [InlineData("cookie=true", "cookie")]
    [InlineData("dtm=yesterday", "dtm")]
    [InlineData("dtm=999999999999999", "dtm")]
    [InlineData("dtm=99999999999999999999", "dtm")]
    [InlineData("res=1920", "res")]
    [InlineData("res=1920x", "res")]
    [InlineData("res=1920x1080x2", "res")]
    [InlineData("e=xx", "e")]
    public void A_value_that_cannot_be_converted_is_a_schema_violation(string query, string parameter)
    {
        var row = Assert.Single(BadRows(Get(query.StartsWith("e=", StringComparison.Ordinal) ? query : "e=pv&" + query), "schema_violations/jsonschema/2-0-1"));

        var report = Assert.Single(Assert.Single(row["failure"]!["messages"]!.AsArray())!["error"]!["dataReports"]!.AsArray())!;
        Assert.Equal((parameter, "atomic_field_parse_error"), (report["path"]!.ToString(), report["keyword"]!.ToString()));
        Assert.Equal("203.0.113.7", row["payload"]!["enriched"]!["user_ipaddress"]!.ToString());
        Assert.Contains(row["payload"]!["raw"]!["parameters"]!.AsArray(), item => item!["name"]!.ToString() == parameter);
    }

    [Fact]
    public void All_violations_of_an_event_are_in_one_bad_row()
    {
        var row = Assert.Single(BadRows(Get("e=pv&vid=x&res=y&co={&url=http://:x"), "schema_violations/jsonschema/2-0-1"));

        Assert.Equal(3, row["failure"]!["messages"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("e=pv&aid=", 255, "app_id")]
    [InlineData("e=se&se_la=", 4096, "se_label")]
    public void A_column_that_would_be_too_long_is_a_schema_violation(string query, int limit, string column)
    {
        Assert.Single(Lines(Get(query + new string('x', limit))));

        var row = Assert.Single(BadRows(Get(query + new string('x', limit + 1)), "schema_violations/jsonschema/2-0-1"));
        Assert.Equal(column, row["failure"]!["messages"]![0]!["error"]!["dataReports"]![0]!["path"]!.ToString());
    }

    [Theory]
    [InlineData("co", "{", """{"field":"co","value":"{","error":"invalid json""")]
    [InlineData("cx", "{", """{"field":"cx","value":"{","error":"invalid base64""")]
    [InlineData("ue_px", "e30", """{"json":"{}","error":"INVALID_DATA_PAYLOAD"}""")]
    [InlineData("ue_pr", """{"schema":"iglu:a/b/jsonschema/1-0-0","data":{}}""", """{"schemaKey":"iglu:a/b/jsonschema/1-0-0","schemaCriterion":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-*"}""")]
    [InlineData("ue_pr", """{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"x","data":{}}}""", """{"json":"{\"schema\":\"x\",\"data\":{}}","error":"INVALID_IGLUURI"}""")]
    [InlineData("ue_pr", """{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:a/b/c/0-0-0","data":{}}}""", "INVALID_SCHEMAVER")]
    [InlineData("co", """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":{}}""", "is not an array")]
    [InlineData("co", """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[1]}""", "INVALID_DATA_PAYLOAD")]
    public void Embedded_JSON_that_is_not_self_describing_is_a_schema_violation(string parameter, string json, string message)
    {
        var row = Assert.Single(BadRows(Get($"e=ue&{parameter}={Uri.EscapeDataString(json)}"), "schema_violations/jsonschema/2-0-1"));

        Assert.Contains(message, Assert.Single(row["failure"]!["messages"]!.AsArray())!.ToJsonString(Relaxed));
    }

    [Theory]
    [InlineData(34, true)]
    [InlineData(37, false)]
    [InlineData(100_000, false)]
    public void Embedded_JSON_may_be_nested_up_to_40_levels(int arrays, bool taken)
    {
        var json = $$$"""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{"x":{{{new string('[', arrays)}}}{{{new string(']', arrays)}}}}}]}""";
        var request = Post(new() { ["e"] = "pv", ["p"] = "web", ["tv"] = "t", ["co"] = json });

        Assert.Equal(taken ? 1 : 0, Lines(request).Count);
        if (!taken)
            Assert.Contains("depth", Assert.Single(BadRows(request, "schema_violations/jsonschema/2-0-1")).ToJsonString());
    }

    [Theory]
    [InlineData("+w==")]
    [InlineData("-w")]
    [InlineData("-w==")]
    public void Both_base64_alphabets_are_taken_with_and_without_padding(string end)
    {
        var json = """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{"x":"~~~???"}}]}""";
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
        encoded = end.EndsWith('=') ? encoded : encoded.TrimEnd('=');
        encoded = end.StartsWith('-') ? encoded.Replace('+', '-').Replace('/', '_') : encoded;

        Assert.Contains("~~~???", Columns(Assert.Single(Lines(Get($"e=pv&cx={Uri.EscapeDataString(encoded)}"))))["contexts"]);
    }

    [Fact]
    public void JSON_columns_are_compact_and_keep_their_escapes()
    {
        var json = "{ \"schema\" :\t\"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0\",\n\"data\": [ {\"schema\":\"iglu:a/b/jsonschema/1-0-0\",\"data\":{\"x y\":\"a\\tb \\ud83d \\\" c\"}} ]}";
        var request = Post(new() { ["e"] = "pv", ["p"] = "web", ["tv"] = "t", ["co"] = json });

        Assert.Equal(
            """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{"x y":"a\tb \ud83d \" c"}}]}""",
            Columns(Assert.Single(Lines(request)))["contexts"]);
    }

    [Fact]
    public void An_empty_array_of_entities_is_an_empty_column() =>
        Assert.DoesNotContain("contexts", Columns(Assert.Single(Lines(Get("e=pv&co=" + Uri.EscapeDataString("""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[]}"""))))).Keys);

    [Theory]
    [InlineData("url=http://")]
    [InlineData("url=http://a.example:port/")]
    public void A_page_URL_that_is_none_is_an_enrichment_failure(string query)
    {
        var row = Assert.Single(BadRows(Get("e=pv&" + query), "enrichment_failures/jsonschema/2-0-1"));

        Assert.Equal("page_url", row["failure"]!["messages"]![0]!["message"]!["field"]!.ToString());
        Assert.Null(row["failure"]!["messages"]![0]!["enrichment"]);
    }

    [Theory]
    [InlineData("aid=shop")]
    [InlineData("e=ad")]
    [InlineData("e=")]
    public void A_GET_without_a_usable_event_code_is_an_enrichment_failure(string query) =>
        Assert.Single(BadRows(Get(query), "enrichment_failures/jsonschema/2-0-1"));

    [Fact]
    public void Every_event_of_a_POST_becomes_a_line_or_a_bad_row_of_its_own()
    {
        var request = Body("""{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{"e":"pv","p":"web","tv":"t","aid":"a"},{"e":"pv","p":"web","tv":"t","vid":"x"},{"e":"se","p":"web","tv":"t"}]}""") with { Query = "aid=b&cv=c" };

        var lines = Lines(request);

        Assert.Equal(["page_view", "struct"], lines.Select(line => Columns(line)["event"]));
        Assert.All(lines, line => Assert.Equal(("b", "c"), (Columns(line)["app_id"], Columns(line)["v_collector"])));
        Assert.Single(BadRows(request, "schema_violations/jsonschema/2-0-1"));
    }

    [Theory]
    [InlineData("""[{"e":"pv","p":"web"}]""", "$[0].tv: is missing but it is required")]
    [InlineData("""[{"e":"pv","p":"web","tv":"t"},{"e":"pv","p":"web","tv":"t","cv":"x"}]""", "$[1].cv: is not defined in the schema")]
    [InlineData("""[{"e":"pv","p":"web","tv":"t","vid":3}]""", "$[0].vid: number found, string expected")]
    [InlineData("""[{"e":"pv","p":"web","tv":"t","uid":null}]""", "$[0].uid: null found, string expected")]
    [InlineData("""[{"e":"pv","p":"web","tv":"t","co":{}}]""", "$[0].co: object found, string expected")]
    [InlineData("[]", "$: there must be a minimum of 1 items in the array")]
    [InlineData("{}", "$: object found, array expected")]
    [InlineData("""["x"]""", "$[0]: string found, object expected")]
    public void One_wrong_member_fails_the_whole_POST(string data, string message)
    {
        var row = Assert.Single(BadRows(Body($$"""{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":{{data}}}"""), "tracker_protocol_violations/jsonschema/1-0-1"));

        Assert.StartsWith(message, Assert.Single(row["failure"]!["messages"]!.AsArray())!["error"]!["dataReports"]![0]!["message"]!.ToString());
        Assert.Contains(data, row["payload"]!["body"]!.ToString());
    }

    [Theory]
    [InlineData("""{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-1-0","data":[]}""", "schemaCriterion")]
    [InlineData("""{"schema":"payload_data","data":[]}""", "INVALID_IGLUURI")]
    [InlineData("""{"data":[]}""", "INVALID_DATA_PAYLOAD")]
    [InlineData("[]", "INVALID_DATA_PAYLOAD")]
    public void A_body_in_another_envelope_is_a_protocol_violation(string body, string message) =>
        Assert.Contains(message, Assert.Single(BadRows(Body(body), "tracker_protocol_violations/jsonschema/1-0-1"))["failure"]!.ToJsonString());

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=UTF-8", true)]
    [InlineData("Application/JSON;charset=utf-8", true)]
    [InlineData("text/plain", false)]
    [InlineData("application/json; charset=latin1", false)]
    [InlineData(null, false)]
    public void The_content_type_of_a_POST_has_to_be_JSON(string? contentType, bool taken)
    {
        var request = Post(new() { ["e"] = "pv", ["p"] = "web", ["tv"] = "t" }) with { ContentType = contentType };

        Assert.Equal(taken ? 1 : 0, Lines(request).Count);
        if (!taken)
            Assert.Equal("contentType", Assert.Single(BadRows(request, "adapter_failures/jsonschema/1-0-0"))["failure"]!["messages"]![0]!["field"]!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("{\"schema\":")]
    public void A_body_that_is_no_JSON_is_an_adapter_failure(string body)
    {
        var row = Assert.Single(BadRows(Body(body), "adapter_failures/jsonschema/1-0-0"));

        Assert.Equal("body", row["failure"]!["messages"]![0]!["field"]!.ToString());
        Assert.Equal(("com.snowplowanalytics.snowplow", "tp2"), (row["failure"]!["vendor"]!.ToString(), row["failure"]!["version"]!.ToString()));
    }

    [Theory]
    [InlineData("/com.acme/v1")]
    [InlineData("/")]
    [InlineData("/com.snowplowanalytics.snowplow")]
    public void An_unknown_path_is_an_adapter_failure(string path) => Assert.Single(BadRows(Get("e=pv") with { Path = path }, "adapter_failures/jsonschema/1-0-0"));

    [Theory]
    [InlineData("/i", "GET")]
    [InlineData("/ice.png", "GET")]
    [InlineData("/com.snowplowanalytics.snowplow/tp1", "GET")]
    [InlineData("/com.snowplowanalytics.snowplow/tp2", "GET")]
    [InlineData("/com.snowplowanalytics.snowplow/tp2", "HEAD")]
    public void An_event_may_be_in_the_query_string(string path, string method) => Assert.Single(Lines(Get("e=pv") with { Path = path, Method = method }));

    [Fact]
    public void An_empty_query_string_is_a_protocol_violation() => Assert.Single(BadRows(Get(""), "tracker_protocol_violations/jsonschema/1-0-1"));

    [Theory]
    [InlineData("e=pv&aid=%zz")]
    [InlineData("e=pv&aid=%")]
    [InlineData("e=pv&aid=%4")]
    public void A_broken_query_string_is_a_format_violation(string query) =>
        Assert.Equal("querystring", Assert.Single(BadRows(Get(query), "collector_payload_format_violation/jsonschema/1-0-0"))["failure"]!["message"]!["payloadField"]!.ToString());

    [Fact]
    public void A_network_user_id_that_is_no_UUID_is_a_format_violation()
    {
        var row = Assert.Single(BadRows(Get("e=pv&uid=u1") with { NetworkUserId = "x" }, "collector_payload_format_violation/jsonschema/1-0-0"));

        Assert.Equal("networkUserId", row["failure"]!["message"]!["payloadField"]!.ToString());
        Assert.Contains("\"u1\"", Encoding.UTF8.GetString(Convert.FromBase64String(row["payload"]!.ToString())));
    }

    [Fact]
    public void The_Iglu_webhook_makes_events_of_its_bodies()
    {
        var request = Body("""[{"id": 1}, {"id": 2}]""") with { Path = "/com.snowplowanalytics.iglu/v1", Query = "schema=iglu%3Acom.acme%2Fpaid%2Fjsonschema%2F1-0-2&aid=shop" };

        var lines = Lines(request).Select(Columns).ToList();

        Assert.Equal(2, lines.Count);
        Assert.Equal(("unstruct", "srv", "shop", "com.acme", "paid", "1-0-2"),
            (lines[0]["event"], lines[0]["platform"], lines[0]["app_id"], lines[0]["event_vendor"], lines[0]["event_name"], lines[0]["event_version"]));
        Assert.Equal(
            """{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.acme/paid/jsonschema/1-0-2","data":{"id":2}}}""",
            lines[1]["unstruct_event"]);
    }

    [Fact]
    public void The_Iglu_webhook_takes_its_data_from_the_query_string_of_a_GET()
    {
        var request = Get("schema=iglu:com.acme/paid/jsonschema/1-0-2&id=7&text=%22") with { Path = "/com.snowplowanalytics.iglu/v1" };

        Assert.Contains("""{"id":"7","text":"\""}""", Columns(Assert.Single(Lines(request)))["unstruct_event"]);
    }

    [Theory]
    [InlineData("", "{}", "schema")]
    [InlineData("schema=nonsense", "{}", "schema")]
    [InlineData("schema=iglu:com.acme/paid/jsonschema/1-0-2", "[]", "body")]
    [InlineData("schema=iglu:com.acme/paid/jsonschema/1-0-2", "7", "body")]
    [InlineData("schema=iglu:com.acme/paid/jsonschema/1-0-2", "{", "body")]
    public void A_wrong_request_to_the_Iglu_webhook_is_an_adapter_failure(string query, string body, string field)
    {
        var request = Body(body) with { Path = "/com.snowplowanalytics.iglu/v1", Query = query };

        Assert.Equal(field, Assert.Single(BadRows(request, "adapter_failures/jsonschema/1-0-0"))["failure"]!["messages"]![0]!["field"]!.ToString());
    }

    [Fact]
    public void An_event_that_is_too_large_for_a_line_is_a_size_violation()
    {
        var json = $$$"""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:a/b/jsonschema/1-0-0","data":{"x":"{{{new string('x', 1_000_000)}}}"}}]}""";

        var row = Assert.Single(BadRows(Post(new() { ["e"] = "pv", ["p"] = "web", ["tv"] = "t", ["co"] = json }), "size_violation/jsonschema/1-0-0"));
        Assert.Equal(100_000, row["payload"]!.ToString().Length);
    }

    [Fact]
    public void A_body_of_very_many_events_is_refused_as_a_whole()
    {
        var events = string.Join(',', Enumerable.Repeat("""{"e":"pv","p":"x","tv":"t"}""", 2001));

        Assert.Single(BadRows(Body($$"""{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{{events}}]}"""), "tracker_protocol_violations/jsonschema/1-0-1"));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static CollectorRequest Get(string query) => new()
    {
        Method = "GET",
        Path = "/i",
        Query = query,
        IpAddress = "203.0.113.7",
        UserAgent = "header agent",
        Referer = "https://referer.example/x",
        NetworkUserId = NetworkId,
        Hostname = "localhost",
        Headers = ["Accept: */*"],
        ReceivedAt = Received,
    };

    internal static CollectorRequest Body(string json) => Get("") with
    {
        Method = "POST",
        Path = "/com.snowplowanalytics.snowplow/tp2",
        ContentType = "application/json",
        Body = Encoding.UTF8.GetBytes(json),
        UserAgent = "",
        Referer = "",
    };

    private static CollectorRequest Post(Dictionary<string, string> parameters) => Body(new JsonObject
    {
        ["schema"] = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
        ["data"] = new JsonArray(new JsonObject(parameters.Select(parameter => KeyValuePair.Create<string, JsonNode?>(parameter.Key, parameter.Value)))),
    }.ToJsonString());

    internal static List<LogRecord> Records(CollectorRequest request)
    {
        var chunk = new LogChunkBuilder();
        TrackerProtocol.Map(request, chunk);
        var records = new List<LogRecord>();
        chunk.ToChunk().CopyTo(0, 0, -1, records);
        return records;
    }

    private static List<byte[]> Lines(CollectorRequest request) =>
        [.. Records(request).Where(record => record.Kind == LogRecordKind.EnrichedLine).Select(record => record.Payload.ToArray())];

    private static List<JsonNode> BadRows(CollectorRequest request, string schema)
    {
        var rows = Records(request).Where(record => record.Kind == LogRecordKind.BadRow).Select(record => JsonNode.Parse(record.Payload.Span)!).ToList();
        Assert.All(rows, row => Assert.Equal($"iglu:com.snowplowanalytics.snowplow.badrows/{schema}", row["schema"]!.ToString()));
        return [.. rows.Select(row => row["data"]!)];
    }

    private static Dictionary<string, string> Columns(byte[] line)
    {
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _), EnrichedEvent.Explain(line).ToString());
        return Encoding.UTF8.GetString(line).Split('\t').Select((text, i) => (AtomicColumns.All[i].Name, text)).Where(column => column.text.Length > 0)
            .ToDictionary(column => column.Name, column => column.text);
    }
}
