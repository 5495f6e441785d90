using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec enriched-events, section 11.</summary>
public sealed class CanonicalJsonTests
{
    [SampleDataTheory("analytics-sdk")]
    [InlineData("scala-sdk.full")]
    [InlineData("scala-sdk.no-json-columns")]
    [InlineData("scala-sdk.two-entities-same-type")]
    public void Canonical_JSON_is_that_of_the_Scala_SDK_without_its_schema_versions(string name)
    {
        var expected = WithoutSchemaVersions(JsonNode.Parse(SampleData.Bytes($"analytics-sdk/{name}.expected.json"))!.AsObject());

        AssertSame(expected, Canonical(Assert.Single(SampleData.Lines($"analytics-sdk/{name}.tsv"))));
    }

    [SampleDataFact("analytics-sdk")]
    public void Canonical_JSON_is_that_of_the_Python_SDK_without_nulls()
    {
        var expected = JsonNode.Parse(SampleData.Bytes("analytics-sdk/python-sdk.full.expected.json"))!.AsObject();

        AssertSame(expected, WithoutNulls(Canonical(Assert.Single(SampleData.Lines("analytics-sdk/python-sdk.full.tsv")))));
    }

    [SampleDataFact("analytics-sdk")]
    public void Canonical_JSON_has_what_the_Go_SDK_expects()
    {
        var expected = JsonNode.Parse(SampleData.Bytes("analytics-sdk/go-sdk.with-geo.expected.json"))!.AsObject();
        var actual = Canonical(Assert.Single(SampleData.Lines("analytics-sdk/go-sdk.with-geo.tsv")));

        foreach (var (member, value) in expected)
            Assert.True(JsonNode.DeepEquals(value, actual[member]), $"{member}: {value?.ToJsonString()} but {actual[member]?.ToJsonString()}");
    }

    [SampleDataFact("analytics-sdk")]
    public void Member_names_follow_the_rule_of_the_SDKs()
    {
        foreach (var row in Encoding.UTF8.GetString(SampleData.Bytes("analytics-sdk/column-names.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            var cells = row.Trim().Split(',');
            Assert.Equal(cells[3], $"{cells[1]}_{SchemaMember.OfUri(cells[2])}");
        }
    }

    [Theory]
    [InlineData("iglu:com.acme/name/jsonschema/1-0-0", "com_acme_name_1")]
    [InlineData("iglu:org.w3/PerformanceTiming/jsonschema/1-0-0", "org_w3_performance_timing_1")]
    [InlineData("iglu:com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0", "com_snowplowanalytics_self_desc_schema_1")]
    [InlineData("iglu:com.dev/VoidCase32/jsonschema/9-0-5", "com_dev_void_case32_9")]
    [InlineData("iglu:com.acme/HTTPCookie/jsonschema/1-0-0", "com_acme_httpcookie_1")]
    [InlineData("iglu:com.acme/getHTTPHeader/jsonschema/1-0-0", "com_acme_get_httpheader_1")]
    [InlineData("iglu:~/com_acme_name/jsonschema/2-0-0", "com_acme_name_2")]
    [InlineData("iglu:com.acme/name/1-0-0", null)]
    [InlineData("no uri", null)]
    public void A_schema_has_one_member_name(string uri, string? member) => Assert.Equal(member, SchemaMember.OfUri(uri));

    [SampleDataFact("rdb-loader")]
    public void Canonical_JSON_is_that_of_the_warehouse_loader()
    {
        var expected = SampleData.Lines("rdb-loader/widerow-json.expected.ndjson").Select(json => JsonNode.Parse(json)!.AsObject())
            .ToDictionary(json => json["event_id"]!.ToString());
        var lines = SampleData.Lines("rdb-loader/widerow-json.input.tsv").Where(line => EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _)).ToList();

        Assert.Equal(48, lines.Count);
        foreach (var line in lines)
        {
            var actual = Canonical(line);
            AssertSame(expected[actual["event_id"]!.ToString()], actual);
        }
    }

    [SampleDataTheory("analytics-sdk")]
    [InlineData("scala-sdk.full")]
    [InlineData("scala-sdk.no-json-columns")]
    [InlineData("scala-sdk.two-entities-same-type")]
    [InlineData("python-sdk.full")]
    [InlineData("go-sdk.with-geo")]
    public void Canonical_JSON_of_an_SDK_becomes_the_line_again(string name)
    {
        var original = Assert.Single(SampleData.Lines($"analytics-sdk/{name}.tsv"));
        var line = Line(SampleData.Bytes($"analytics-sdk/{name}.expected.json"));

        var wanted = Encoding.UTF8.GetString(original).Split('\t');
        var found = Encoding.UTF8.GetString(line).Split('\t');
        for (var i = 0; i < AtomicColumns.Count; i++)
            if (AtomicColumns.All[i].Type != AtomicColumnType.Json)
                Assert.Equal(wanted[i], found[i]);
        AssertSame(Canonical(original), Canonical(line));
    }

    [SampleDataFact("rdb-loader")]
    public void Lossless_JSON_inside_a_bad_row_becomes_a_line_again()
    {
        var original = SampleData.Lines("rdb-loader/unknown-schema.input.txt").Last(line => line[0] != '/' && line.Length > 200);
        var badRow = JsonNode.Parse(Assert.Single(SampleData.Lines("rdb-loader/unknown-schema.expected-badrows.ndjson")))!;

        // The bad row has lost the fraction of whole seconds.
        AssertSame(
            JsonNode.Parse(Canonical(original).ToJsonString().Replace(".000Z", "Z"))!.AsObject(),
            Canonical(Line(Encoding.UTF8.GetBytes(badRow["data"]!["payload"]!.ToJsonString()))));
    }

    [SampleDataTheory("rdb-loader")]
    [InlineData("custom-contexts.input.tsv")]
    [InlineData("custom-unstruct.input.tsv")]
    [InlineData("widerow-json.input.tsv")]
    public void Writing_and_reading_canonical_JSON_keeps_an_event(string file)
    {
        foreach (var line in SampleData.Lines($"rdb-loader/{file}"))
            if (EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _))
            {
                var canonical = Canonical(line);
                AssertSame(canonical, Canonical(Line(Encoding.UTF8.GetBytes(canonical.ToJsonString()))));
            }
    }

    [Fact]
    public void Entities_of_one_type_share_an_array_and_derived_ones_replace_those_of_the_tracker()
    {
        var line = new EnrichedLineBuilder()
            .WithEntity("com.acme", "product", "1-0-0", """{"id":1}""").WithEntity("com.acme", "product", "1-1-0", """{"id":2}""")
            .WithEntity("com.acme", "product", "2-0-0", """{"id":3}""")
            .WithEntity("com.acme", "user", "1-0-0", """{"id":4}""").WithDerivedEntity("com.acme", "user", "1-0-0", """{"id":5}""").Build();

        var canonical = Canonical(line);

        Assert.Equal("""[{"id":1},{"id":2}]""", canonical["contexts_com_acme_product_1"]!.ToJsonString());
        Assert.Equal("""[{"id":3}]""", canonical["contexts_com_acme_product_2"]!.ToJsonString());
        Assert.Equal("""[{"id":5}]""", canonical["contexts_com_acme_user_1"]!.ToJsonString());
    }

    [Fact]
    public void Entities_that_came_as_canonical_JSON_are_found_by_their_schema()
    {
        var line = Line("""
            {"event_id":"0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a10","collector_tstamp":"2025-01-01T00:00:01.180Z","v_collector":"c","v_etl":"e","event":"unstruct",
             "contexts_com_acme_shop_product_1":[{"_schema_version":"1-0-3","id":"a"},{"id":"b","_schema_version":"9-9-9"}],
             "unstruct_event_com_acme_shop_bought_item_2":{"type":"x","n":[1, 2]},
             "event_vendor":"com.acme-shop","event_name":"boughtItem","event_format":"jsonschema","event_version":"2-0-5","br_cookies":true,"se_value":"1.5","geo_location":"1,2"}
            """u8);
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));
        JsonPath.TryParse("id", out var id, out _);
        JsonPath.TryParse("n", out var n, out _);
        var product = new SchemaSelector("com.acme-shop", "product", 1);
        var slots = new SlotValue[4];

        Assert.True(new EventProjection(
        [
            new EntityReference(product, 0, id!), new EntityReference(product, 1, id!), new EventReference(new SchemaSelector("com.acme-shop", "boughtItem", 2), n!),
            new AtomicReference(AtomicColumns.IndexOf("br_cookies")),
        ]).TryRead(enriched, slots, out _));

        Assert.Equal(["a", "b", "[1,2]", "true"], slots.Select(slot => SlotText.ReadString(slot, line)));
        var text = Encoding.UTF8.GetString(line);
        Assert.Contains("iglu:~/com_acme_shop_product/jsonschema/1-0-3", text);
        Assert.Contains("iglu:~/com_acme_shop_product/jsonschema/1-0-0", text);
        Assert.Contains("iglu:com.acme-shop/boughtItem/jsonschema/2-0-5", text);
    }

    [Fact]
    public void Texts_lose_what_must_not_stand_in_a_line()
    {
        var line = Line("""{"page_title":"a\tb\nc\u0000d\u007f é \ud83d","user_id":null,"br_colordepth":24}"""u8);

        Assert.Equal("a    bcd é \uFFFD", Encoding.UTF8.GetString(line).Split('\t')[AtomicColumns.IndexOf("page_title")]);
        Assert.Equal("24", Encoding.UTF8.GetString(line).Split('\t')[AtomicColumns.IndexOf("br_colordepth")]);
    }

    [Theory]
    [InlineData("[]", "The event is not an object")]
    [InlineData("", "The event is not valid JSON")]
    [InlineData("{} {}", "The event is not valid JSON")]
    [InlineData("{", "The event is not valid JSON")]
    [InlineData("""{"user":"u1"}""", "user: an enriched event has no such member")]
    [InlineData("""{"user_id":{}}""", "user_id: the value is not of type text")]
    [InlineData("""{"txn_id":1.5}""", "txn_id: the value is not of type int32")]
    [InlineData("""{"txn_id":"x"}""", "txn_id: the value is not of type int32")]
    [InlineData("""{"collector_tstamp":"yesterday"}""", "collector_tstamp: the value is not of type timestamp")]
    [InlineData("""{"br_cookies":2}""", "br_cookies: the value is not of type boolean")]
    [InlineData("""{"event_id":"x"}""", "event_id: the value is not of type uuid")]
    [InlineData("""{"contexts":"x"}""", "contexts: the value is not of type json")]
    [InlineData("""{"contexts_a_b_1":{}}""", "contexts_a_b_1: expected an array of objects")]
    [InlineData("""{"contexts_a_b_1":[1]}""", "contexts_a_b_1: expected an array of objects")]
    [InlineData("""{"contexts_a_b":[]}""", "contexts_a_b: an enriched event has no such member")]
    [InlineData("""{"unstruct_event_a_b_1":[]}""", "unstruct_event_a_b_1: expected one object")]
    [InlineData("""{"unstruct_event_a_b_1":{},"unstruct_event_a_c_1":{}}""", "unstruct_event_a_c_1: expected one object")]
    [InlineData("""{"unstruct_event_a_b_1":{},"unstruct_event":{"a":1}}""", "unstruct_event: the event has two payloads")]
    [InlineData("""{"contexts_a_b_1":[{}],"contexts":{"a":1}}""", "contexts: the event has its entities twice")]
    public void JSON_that_is_no_event_is_refused_with_the_member(string json, string error)
    {
        var line = new ArrayBufferWriter<byte>();

        Assert.False(CanonicalJson.TryToLine(Encoding.UTF8.GetBytes(json), line, out var reason));
        Assert.StartsWith(error, reason);
        Assert.Equal(0, line.WrittenCount);
    }

    [Fact]
    public void JSON_that_is_nested_too_deeply_is_refused()
    {
        var json = $$"""{"contexts_a_b_1":[{"x":{{new string('[', 1000)}}{{new string(']', 1000)}}}]}""";

        Assert.False(CanonicalJson.TryToLine(Encoding.UTF8.GetBytes(json), new ArrayBufferWriter<byte>(), out var reason));
        Assert.Contains("depth", reason);
    }

    private static byte[] Line(ReadOnlySpan<byte> json)
    {
        var line = new ArrayBufferWriter<byte>();
        Assert.True(CanonicalJson.TryToLine(json, line, out var error), error);
        return line.WrittenSpan.ToArray();
    }

    private static JsonObject Canonical(byte[] line)
    {
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(line).ToString());
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            CanonicalJson.Write(enriched, writer);
        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }

    private static JsonObject WithoutSchemaVersions(JsonObject json)
    {
        foreach (var entity in json.Where(member => member.Key.StartsWith("contexts_", StringComparison.Ordinal)).SelectMany(member => member.Value!.AsArray()))
            entity!.AsObject().Remove("_schema_version");
        return json;
    }

    private static JsonObject WithoutNulls(JsonObject json)
    {
        foreach (var member in json.Where(member => member.Value is null).ToList())
            json.Remove(member.Key);
        return json;
    }

    private static void AssertSame(JsonObject expected, JsonObject actual)
    {
        foreach (var member in expected.Select(member => member.Key).Union(actual.Select(member => member.Key)))
        {
            Assert.True(expected.ContainsKey(member) && actual.ContainsKey(member), $"{member} is in one of the two only");
            Assert.True(JsonNode.DeepEquals(expected[member], actual[member]), $"{member}: {expected[member]?.ToJsonString()} but {actual[member]?.ToJsonString()}");
        }
    }
}
