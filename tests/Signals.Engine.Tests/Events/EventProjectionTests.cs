using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec signals-api, section 14.3, and enriched-events, section 4.</summary>
public sealed class EventProjectionTests
{
    private static readonly SchemaSelector Bought = new("com.acme", "bought", 1);
    private static readonly SchemaSelector Product = new("com.acme", "product", 1);

    [Fact]
    public void Atomic_columns_have_the_kind_of_their_type()
    {
        var line = new EnrichedLineBuilder()
            .With("user_id", "u1").With("txn_id", "7").With("se_value", "1.50").With("geo_latitude", "1E2").With("br_cookies", "1")
            .With("br_features_pdf", "0").With("contexts", "{\"data\":[]}").Build();
        string[] names =
            ["user_id", "txn_id", "se_value", "geo_latitude", "br_cookies", "br_features_pdf", "contexts", "collector_tstamp", "event_id", "page_url"];

        var values = Read(line, [.. names.Select(name => new AtomicReference(AtomicColumns.IndexOf(name)))]);

        Assert.Equal(
        [
            (SlotKind.Text, "u1"), (SlotKind.Number, "7"), (SlotKind.Number, "1.50"), (SlotKind.Number, "1E2"), (SlotKind.True, "true"),
            (SlotKind.False, "false"), (SlotKind.Object, "{\"data\":[]}"), (SlotKind.Timestamp, "2025-01-01 00:00:01.180"),
            (SlotKind.Text, Column(line, "event_id")), (SlotKind.Missing, ""),
        ], values);
    }

    [Theory]
    [InlineData("s", SlotKind.Text, "text")]
    [InlineData("$.s", SlotKind.Text, "text")]
    [InlineData("n", SlotKind.Number, "-1.5e3")]
    [InlineData("t", SlotKind.True, "true")]
    [InlineData("f", SlotKind.False, "false")]
    [InlineData("null", SlotKind.Missing, "")]
    [InlineData("o", SlotKind.Object, """{ "in": {"ner": [1, {"x":"y"}]} }""")]
    [InlineData("o.in.ner", SlotKind.Array, """[1, {"x":"y"}]""")]
    [InlineData("o.in.ner[0]", SlotKind.Number, "1")]
    [InlineData("o.in.ner[1].x", SlotKind.Text, "y")]
    [InlineData("o.in.ner[2]", SlotKind.Missing, "")]
    [InlineData("a[1][0]", SlotKind.Text, "b")]
    [InlineData("a[0]", SlotKind.Array, "[]")]
    [InlineData("a.length", SlotKind.Missing, "")]
    [InlineData("s.x", SlotKind.Missing, "")]
    [InlineData("s[0]", SlotKind.Missing, "")]
    [InlineData("S", SlotKind.Missing, "")]
    [InlineData("a_long_member_name", SlotKind.Text, "long")]
    [InlineData("a_long_member_nama", SlotKind.Missing, "")]
    [InlineData("ключ", SlotKind.Text, "значение")]
    [InlineData("es\"caped", SlotKind.Number, "1")]
    [InlineData("q", SlotKind.EscapedText, "say \"hi\" \\ / \t \u00fc \ud83d\ude00")]
    public void Paths_lead_into_the_payload_of_an_event(string path, SlotKind kind, string text)
    {
        const string data = """
            { "s" : "text","n":-1.5e3,"t":true,"f":false,"null":null,"o":{ "in": {"ner": [1, {"x":"y"}]} },"a":[[],["b"]],
              "a_long_member_name":"long","ключ":"значение","es\u0022caped":1,"q":"say \"hi\" \\ \/ \t \u00fc \ud83d\ude00" }
            """;
        var line = new EnrichedLineBuilder().WithEvent("com.acme", "bought", "1-2-3", data.ReplaceLineEndings(" ")).Build();

        Assert.Equal((kind, text), Assert.Single(Read(line, [new EventReference(Bought, Path(path))])));
    }

    [Theory]
    [InlineData("com.acme", "bought", "1-0-0", true)]
    [InlineData("com.acme", "bought", "1-7-9", true)]
    [InlineData("com.acme", "bought", "2-0-0", false)]
    [InlineData("com.acme", "bought", "10-0-0", false)]
    [InlineData("com.acme", "Bought", "1-0-0", false)]
    [InlineData("com.acm", "bought", "1-0-0", false)]
    [InlineData("com.acme.bought", "bought", "1-0-0", false)]
    [InlineData("~", "com_acme_bought", "1-0-0", true)]
    [InlineData("~", "com_acme_bought", "2-0-0", false)]
    public void An_event_is_found_by_vendor_name_and_model(string vendor, string name, string version, bool found)
    {
        var line = new EnrichedLineBuilder().WithEvent(vendor, name, version, """{"x":1}""").Build();

        Assert.Equal(found ? SlotKind.Number : SlotKind.Missing, Read(line, [new EventReference(Bought, Path("x"))])[0].Kind);
    }

    [Theory]
    [InlineData("iglu:com.acme/bought/avro/1-0-0", true)]
    [InlineData("iglu:com.acme\\/bought\\/jsonschema\\/1-0-0", true)]
    [InlineData("com.acme/bought/jsonschema/1-0-0", false)]
    [InlineData("iglu:com.acme/bought/1-0-0", false)]
    [InlineData("iglu:com.acme/bought/jsonschema/x", false)]
    [InlineData("iglu:com.acme/bought/jsonschema/999999999999-0-0", false)]
    [InlineData("iglu:/1", false)]
    [InlineData("", false)]
    public void An_odd_schema_URI_is_no_error(string uri, bool found)
    {
        var payload = "{\"schema\":\"x\",\"data\":{\"schema\":\"" + uri + "\",\"data\":{\"x\":1}}}";

        Assert.Equal(found ? SlotKind.Number : SlotKind.Missing, Read(Payload(payload), [new EventReference(Bought, Path("x"))])[0].Kind);
    }

    [Theory]
    [InlineData("""{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.acme/bought/jsonschema/1-0-0","data":{"x":1}}}""")]
    [InlineData("""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":{"data":{"x":1},"schema":"iglu:com.acme/bought/jsonschema/1-0-0"}}""")]
    [InlineData("""{"data":{"other":[1],"data":{"x":1},"schema":"iglu:com.acme/bought/jsonschema/1-0-0"},"schema":"x"}""")]
    [InlineData("""  { "d\u0061ta" : { "\u0073chema" : "iglu:com.acme/bought/jsonschema/1-0-0" , "data" : { "x" : 1 } } }  """)]
    [InlineData("""{"data":{"schema":"iglu:com.acme/bought/jsonschema/1-0-0","data":{"x":1}},"data":7}""")]
    public void Envelopes_are_recognised_by_their_shape(string payload) =>
        Assert.Equal((SlotKind.Number, "1"), Read(Payload(payload), [new EventReference(Bought, Path("x"))])[0]);

    [Fact]
    public void Entities_are_counted_through_both_columns()
    {
        var line = new EnrichedLineBuilder()
            .WithEntity("com.acme", "product", "1-0-0", """{"id":"a"}""")
            .WithEntity("com.acme", "other", "1-0-0", """{"id":"b"}""")
            .WithEntity("com.acme", "product", "2-0-0", """{"id":"c"}""")
            .WithEntity("com.acme", "product", "1-0-1", """{"id":"d"}""")
            .WithDerivedEntity("com.acme", "product", "1-0-0", """{"id":"e"}""").Build();

        var values = Read(line, [.. Enumerable.Range(0, 4).Append(int.MaxValue).Select(index => new EntityReference(Product, index, Path("id")))]);

        Assert.Equal([(SlotKind.Text, "a"), (SlotKind.Text, "d"), (SlotKind.Text, "e"), (SlotKind.Missing, ""), (SlotKind.Missing, "")], values);
    }

    [Fact]
    public void Any_of_many_entities_is_found()
    {
        var builder = new EnrichedLineBuilder();
        for (var i = 0; i < 100; i++)
            builder.WithEntity("com.acme", "product", "1-0-0", $$"""{"id":"{{i}}"}""");

        var values = Read(builder.Build(), [.. Enumerable.Range(0, 101).Select(index => new EntityReference(Product, index, Path("id")))]);

        Assert.Equal([.. Enumerable.Range(0, 100).Select(index => index.ToString()), ""], values.Select(value => value.Text));
    }

    [Fact]
    public void The_id_of_an_event_specification_is_an_entity_like_others()
    {
        var line = new EnrichedLineBuilder().WithDerivedEntity("com.snowplowanalytics.snowplow", "event_specification", "1-0-3", """{"id":"spec-1"}""").Build();
        var selector = new SchemaSelector("com.snowplowanalytics.snowplow", "event_specification", 1);

        Assert.Equal((SlotKind.Text, "spec-1"), Read(line, [new EntityReference(selector, 0, Path("id"))])[0]);
    }

    [Fact]
    public void Schemas_whose_canonical_names_are_alike_are_both_found()
    {
        SchemaSelector dashed = new("com.acme", "a-b", 1), underlined = new("com.acme", "a_b", 1);
        var line = new EnrichedLineBuilder().WithEntity("~", "com_acme_a_b", "1-0-0", """{"id":"x"}""").WithEntity("com.acme", "a_b", "1-0-0", """{"id":"y"}""").Build();

        Assert.Equal(
            [(SlotKind.Text, "x"), (SlotKind.Missing, ""), (SlotKind.Text, "x"), (SlotKind.Text, "y")],
            Read(line,
            [
                new EntityReference(dashed, 0, Path("id")), new EntityReference(dashed, 1, Path("id")),
                new EntityReference(underlined, 0, Path("id")), new EntityReference(underlined, 1, Path("id")),
            ]));
    }

    [Fact]
    public void One_path_may_be_asked_for_twice_and_pass_through_another()
    {
        var line = new EnrichedLineBuilder().WithEvent("com.acme", "bought", "1-0-0", """{"a":{"b":1,"c":2}}""").Build();
        string[] paths = ["a.b", "a", "a.b", "a.c", "a.d"];

        Assert.Equal(["1", """{"b":1,"c":2}""", "1", "2", ""], Read(line, [.. paths.Select(path => new EventReference(Bought, Path(path)))]).Select(value => value.Text));
    }

    [Fact]
    public void The_first_of_several_members_of_one_name_counts()
    {
        var line = new EnrichedLineBuilder().WithEvent("com.acme", "bought", "1-0-0", """{"a":1,"a":2,"b":{},"b":{"c":3}}""").Build();

        Assert.Equal(["1", ""], Read(line, [new EventReference(Bought, Path("a")), new EventReference(Bought, Path("b.c"))]).Select(value => value.Text));
    }

    [Fact]
    public void Many_members_of_one_object_are_found()
    {
        var names = Enumerable.Range(0, 500).Select(i => $"member_{i}").ToArray();
        var line = new EnrichedLineBuilder()
            .WithEvent("com.acme", "bought", "1-0-0", "{" + string.Join(',', names.Select((name, i) => $"\"{name}\":{i}")) + "}").Build();

        Assert.Equal(names.Select((_, i) => i.ToString()), Read(line, [.. names.Select(name => new EventReference(Bought, Path(name)))]).Select(value => value.Text));
    }

    [Fact]
    public void A_projection_of_very_many_properties_is_compiled_and_used()
    {
        var properties = new List<PropertyReference>();
        for (var i = 0; i < 5_000; i++)
        {
            properties.Add(new EventReference(Bought, Path($"member_{i}.a[{i}]")));
            properties.Add(new EntityReference(new SchemaSelector("com.acme", $"entity_{i}", 1), i, Path("a")));
        }
        var line = new EnrichedLineBuilder().WithEvent("com.acme", "bought", "1-0-0", """{"member_2":{"a":[0,1,2]},"m\u0065mber_1":{"a":[0,1,2]}}""")
            .WithEntity("com.acme", "entity_0", "1-0-0", """{"a":"x"}""").Build();

        var found = Read(line, properties).Where(value => value.Kind != SlotKind.Missing).Select(value => value.Text);

        Assert.Equal(["x", "1", "2"], found);
    }

    [Theory]
    [InlineData("""{"data":[}]}""")]
    [InlineData("""{"data":[{"schema":"x","data":{}]}""")]
    [InlineData("""{"data":[{"schema":"x","data":{}}]""" + "\"}")]
    [InlineData("""{"data":[{"schema":"x","data":{}}]} {}""")]
    [InlineData("""{"data":[{"schema":"x","data":{"a":"}""")]
    [InlineData("""{"data":[{"schema":"x","data":{}},]}""")]
    [InlineData("""{"data":[{"schema":"x","data":}]}""")]
    [InlineData("""{"data":[{"schema":"x" "data":{}}]}""")]
    [InlineData("""{"data":[{"schema":"x","data":{},}]}""")]
    [InlineData("""{"data":[{"schema":7,"data":{}}]}""")]
    [InlineData("""{"data":[{"data":{}}]}""")]
    [InlineData("""{"data":[{"schema":"x"}]}""")]
    [InlineData("""{"data":[[]]}""")]
    [InlineData("""{"data":[1]}""")]
    [InlineData("""{"data":{"schema":"x","data":{}}}""")]
    [InlineData("""{"data":"x"}""")]
    [InlineData("""{"data" [] }""")]
    [InlineData("""{data:[]}""")]
    [InlineData("""{"a":nothing at all}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":01}}]}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":1.}}]}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":tru}}]}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":"\x"}}]}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":"\u12"}}]}""")]
    [InlineData("""{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":{"a":[}]}}}]}""")]
    public void Broken_JSON_in_a_needed_column_is_an_error_that_names_it(string contexts)
    {
        var line = new EnrichedLineBuilder().With("contexts", contexts).Build();
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));

        Assert.False(new EventProjection([new EntityReference(Product, 0, Path("id"))]).TryRead(enriched, new SlotValue[1], out var error));

        Assert.StartsWith("contexts is broken JSON at byte ", error);
        Assert.Equal(new LineError("contexts", "", error), Assert.Single(LineFailure.BrokenJson(error).Errors));
    }

    [Fact]
    public void Broken_JSON_in_a_column_that_is_not_needed_is_no_error()
    {
        var line = new EnrichedLineBuilder().With("contexts", "{]}").With("derived_contexts", "{]}").Build();

        Assert.Equal(SlotKind.Missing, Read(line, [new EventReference(Bought, Path("x"))])[0].Kind);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    [InlineData(100_000, false)]
    public void JSON_may_be_nested_up_to_64_levels(int arrays, bool read)
    {
        foreach (var wanted in new[] { "deep", "other" })
        {
            // envelope, array, entity, data: four levels around
            var deep = new string('[', arrays) + new string(']', arrays);
            var line = new EnrichedLineBuilder().WithEntity("com.acme", "product", "1-0-0", $$"""{"deep":{{deep}},"other":1}""").Build();
            Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));

            Assert.Equal(read, new EventProjection([new EntityReference(Product, 0, Path(wanted))]).TryRead(enriched, new SlotValue[1], out _));
        }
    }

    [Fact]
    public void A_projection_without_properties_reads_nothing()
    {
        Assert.Empty(Read(new EnrichedLineBuilder().With("contexts", "{]}").Build(), []));
    }

    [Fact]
    public void An_index_or_column_out_of_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventProjection([new AtomicReference(131)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventProjection([new AtomicReference(-1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventProjection([new EntityReference(Product, -1, Path("x"))]));
    }

    [Fact]
    public void Projecting_allocates_nothing()
    {
        var line = new EnrichedLineBuilder().With("user_id", "u").WithEvent("com.acme", "bought", "1-0-0", """{"a":{"b":[1,"x\ty"]},"c":{}}""")
            .WithEntity("com.acme", "product", "1-0-0", """{"id":"ä"}""").WithDerivedEntity("com.acme", "product", "1-0-0", """{"id":"\u00e4"}""").Build();
        var projection = new EventProjection(
        [
            new AtomicReference(AtomicColumns.UserId), new EventReference(Bought, Path("a.b[1]")), new EventReference(Bought, Path("c")),
            new EntityReference(Product, 0, Path("id")), new EntityReference(Product, 1, Path("id")),
        ]);
        var slots = new SlotValue[projection.Count];
        var ends = new int[AtomicColumns.Count];

        Allocations.AssertNone(() =>
        {
            Span<byte> buffer = stackalloc byte[64];
            EnrichedEvent.TryRead(line, ends, out var enriched);
            projection.TryRead(enriched, slots, out _);
            foreach (var slot in slots)
                _ = SlotText.ReadUtf8(slot, line, buffer);
        });
        Assert.DoesNotContain(slots, slot => slot.Kind == SlotKind.Missing);
    }

    private static byte[] Payload(string json) => new EnrichedLineBuilder().WithEvent("com.acme", "bought", "1-0-0", "{}").With("unstruct_event", json).Build();

    private static JsonPath Path(string text) => JsonPath.TryParse(text, out var path, out var error) ? path : throw new FormatException(error);

    private static string Column(byte[] line, string name) => Encoding.UTF8.GetString(line).Split('\t')[AtomicColumns.IndexOf(name)];

    private static List<(SlotKind Kind, string Text)> Read(byte[] line, IReadOnlyList<PropertyReference> properties)
    {
        var projection = new EventProjection(properties);
        var slots = new SlotValue[properties.Count];
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));
        Assert.True(projection.TryRead(enriched, slots, out var error), error);
        foreach (var slot in slots)
            Assert.Equal(SlotText.ReadString(slot, line), Encoding.UTF8.GetString(SlotText.ReadUtf8(slot, line, new byte[slot.Length])));
        return [.. slots.Select(slot => (slot.Kind, SlotText.ReadString(slot, line)))];
    }
}
