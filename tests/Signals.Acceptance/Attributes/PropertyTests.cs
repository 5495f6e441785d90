using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Attributes;

/// <summary>Which events count, and what is read from them (spec signals-api 2.3 to 2.5, 14.2 to 14.6).</summary>
public sealed class PropertyTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    [Fact]
    [Trait("Row", "16")]
    public async Task Properties_come_from_columns_from_the_payload_and_from_entities()
    {
        var line = Interaction(DateTimeOffset.UtcNow, new JsonObject { ["value"] = "payload" })
            .With("page_title", "column")
            .Entity("com.acme", "item", "1-0-0", new JsonObject { ["name"] = "first item" })
            .Entity("com.acme", "item", "1-0-3", new JsonObject { ["name"] = "second item" })
            .Entity("com.acme", "item", "2-0-0", new JsonObject { ["name"] = "another model" })
            .Entity("com.acme", "item", "1-0-0", new JsonObject { ["name"] = "derived item" }, column: "derived_contexts");
        JsonObject Item(int index) => EntityProperty("com.acme", "item", "name", index);

        Assert.Equal(
            ["\"column\"", "\"payload\"", "\"first item\"", "\"second item\"", "\"derived item\"", "null"],
            await FoldManyAsync(
                [
                    Last("a", Atomic("page_title")), Last("b", Value()), Last("c", Item(0)), Last("d", Item(1)), Last("e", Item(2)), Last("f", Item(3)),
                ],
                line));
    }

    [Theory]
    [InlineData("concat", "\"a-b\"", "text")]
    [InlineData("coalesce", "\"a\"", "text")]
    [InlineData("sum", "9.0", "number")]
    [InlineData("product", "18.0", "number")]
    [InlineData("min", "3.0", "number")]
    [InlineData("max", "6.0", "number")]
    [Trait("Row", "17")]
    public async Task A_calculated_property_combines_others_and_skips_missing_ones(string operation, string expected, string kind)
    {
        var calculated = new JsonObject
        {
            ["type"] = "calculated",
            ["operation"] = operation,
            ["properties"] = new JsonArray(Value("missing"), Value($"{kind}1"), Value($"{kind}2")),
        };
        if (operation == "concat")
            calculated["separator"] = "-";
        var line = Interaction(DateTimeOffset.UtcNow, new JsonObject { ["text1"] = "a", ["text2"] = "b", ["number1"] = 3, ["number2"] = 6 });

        Assert.Equal(expected, await FoldAsync(Attribute("it", kind == "text" ? "string" : "double", "last", calculated), line));
    }

    [Theory]
    [InlineData("hour_of_day", "int32", "14")]
    [InlineData("day_of_week", "int32", "5")]
    [InlineData("month_of_year", "int32", "3")]
    [InlineData("active_day", "string", "\"2024-03-15\"")]
    [InlineData("active_week", "string", "\"2024-03-11\"")]
    [InlineData("active_month", "string", "\"2024-03-01\"")]
    [Trait("Row", "18")]
    public async Task Date_parts_are_taken_in_utc(string part, string type, string expected)
    {
        var friday = DateTimeOffset.Parse("2024-03-15T14:30:00Z", System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(expected, await FoldAsync(
            Attribute("part", type, "last", Atomic("derived_tstamp").With("date_part", part)), new EventLine(friday)));
    }

    [Fact]
    [Trait("Row", "19")]
    public async Task Event_filters_treat_absent_members_as_wildcards_and_a_list_as_or()
    {
        EventLine[] events =
        [
            new EventLine(), Interaction(DateTimeOffset.UtcNow, []), new EventLine().Payload("com.acme", "interaction", "1-0-1", new JsonObject()),
            new EventLine().Payload("com.other", "interaction", "1-0-0", new JsonObject()),
        ];

        Assert.Equal(
            ["4", "4", "3", "2", "1", "2"],
            await FoldManyAsync(
                [
                    Attribute("all", "int32", "counter"),
                    Attribute("wildcard", "int32", "counter", events: new JsonObject()),
                    Attribute("name", "int32", "counter", events: new JsonObject { ["name"] = "interaction" }),
                    Attribute("vendor", "int32", "counter", events: new JsonObject { ["vendor"] = "com.acme" }),
                    Attribute("version", "int32", "counter", events: Event("com.acme", "interaction", "1-0-1")),
                    Attribute("either", "int32", "counter", null, null, Event("com.acme", "interaction", "1-0-1"), Event(Snowplow, "page_view", "1-0-0")),
                ],
                events));
    }

    [Fact]
    [Trait("Row", "20")]
    public async Task An_event_specification_is_matched_by_its_entity()
    {
        var id = Guid.NewGuid().ToString();
        var specified = new EventLine().Entity(Snowplow, "event_specification", "1-0-2", new JsonObject { ["id"] = id, ["name"] = "Checkout" });
        var other = new EventLine().Entity(Snowplow, "event_specification", "1-0-2", new JsonObject { ["id"] = Guid.NewGuid().ToString() });

        Assert.Equal("1", await FoldAsync(
            Attribute("it", "int32", "counter", events: new JsonObject { ["event_specification_id"] = id }), specified, other, new EventLine()));
    }

    public static TheoryData<string, string?, int> Operators => new()
    {
        // The values are 10, 20, "ten", true and missing.
        { "=", "10", 1 }, { "=", "\"10\"", 1 }, { "=", "\"ten\"", 1 }, { "=", "true", 1 },
        { "!=", "10", 4 },
        { "<", "20", 1 }, { "<=", "20", 2 }, { ">", "10", 1 }, { ">=", "10", 2 },
        { "like", "\"te%\"", 1 }, { "like", "\"t_n\"", 1 }, { "like", "\"t\"", 0 },
        { "in", "[10,20]", 2 }, { "in", "[\"ten\",\"eleven\"]", 1 },
        { "is null", null, 1 }, { "is not null", null, 4 },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    [Trait("Row", "21")]
    public async Task Criteria_compare_the_property_of_each_event(string @operator, string? value, int matching)
    {
        // A comparison of a text or a boolean with a number is not about order, so only equality sees those two values.
        var expected = @operator is "<" or "<=" or ">" or ">=" ? Values(10, 20, null) : Values(10, 20, "ten", true, null);
        var criteria = All(Criterion(Value(), @operator, value is null ? null : JsonNode.Parse(value)));

        Assert.Equal(matching == 0 ? "null" : $"{matching}", await FoldAsync(Attribute("it", "int32", "counter", criteria: criteria), expected));
    }

    [Fact]
    [Trait("Row", "21")]
    public async Task All_and_any_together_need_all_of_the_one_and_one_of_the_other()
    {
        var criteria = All(Criterion(Value("a"), "=", 1));
        criteria["any"] = new JsonArray(Criterion(Value("b"), "=", 1), Criterion(Value("b"), "=", 2));
        JsonObject Pair(int a, int b) => new() { ["a"] = a, ["b"] = b };

        Assert.Equal("2", await FoldAsync(
            Attribute("it", "int32", "counter", criteria: criteria), Interactions(Pair(1, 1), Pair(1, 2), Pair(1, 3), Pair(2, 1))));
    }

    public static TheoryData<string, string, string> Coercions => new()
    {
        { "int32", "3.9", "3" }, { "int32", "-3.9", "-3" }, { "int32", "30000000000", "2147483647" }, { "int32", "\"no number\"", "null" },
        { "int64", "30000000000", "30000000000" },
        { "double", "0.1", "0.1" }, { "float", "0.5", "0.5" },
        { "string", "1.5", "\"1.5\"" }, { "string", "true", "\"true\"" }, { "string", "\"text\"", "\"text\"" }, { "string", "{\"a\":1}", "\"{\\u0022a\\u0022:1}\"" },
        { "bool", "true", "true" }, { "bool", "1", "true" }, { "bool", "0", "false" }, { "bool", "\"TRUE\"", "true" }, { "bool", "\"0\"", "false" }, { "bool", "\"maybe\"", "null" },
        { "unix_timestamp", "\"2024-03-15T14:30:00Z\"", "1710513000" }, { "unix_timestamp", "1710513000", "1710513000" }, { "unix_timestamp", "1710513000000", "1710513000" },
        { "timestamp", "\"2024-03-15T14:30:00Z\"", "\"2024-03-15T14:30:00.000Z\"" },
        { "bytes", "\"hi\"", "\"aGk=\"" },
        { "dict", "{\"a\":{\"b\":[1]}}", "{\"a\":{\"b\":[1]}}" },
        { "string", "[1]", "null" },
    };

    [Theory]
    [MemberData(nameof(Coercions))]
    [Trait("Row", "108")]
    public async Task Values_take_the_type_of_the_attribute(string type, string value, string expected)
    {
        var read = await FoldAsync(Attribute("it", type, "last", Value()), Values(JsonNode.Parse(value)));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(read)), $"{value} as {type}: expected {expected}, was {read}");
    }

    [Theory]
    [InlineData("a.b[1].c", "\"deep\"")]
    [InlineData("$.a.b[0]", "\"zero\"")]
    [InlineData("a.B", "null")]
    [InlineData("a.b[9]", "null")]
    [InlineData("a.none", "null")]
    [InlineData("a.b.c", "null")]
    [Trait("Row", "109")]
    public async Task Paths_go_by_members_and_indexes_and_miss_quietly(string path, string expected)
    {
        var payload = JsonNode.Parse("""{"a":{"none":null,"b":["zero",{"c":"deep"}]}}""")!.AsObject();

        Assert.Equal(expected, await FoldAsync(Attribute("it", "string", "last", Value(path)), Interactions(payload)));
    }

    [Fact]
    [Trait("Row", "109")]
    public async Task An_array_is_many_observations_for_lists_and_nothing_for_the_others() =>
        Assert.Equal(["[\"a\",\"b\"]", "null"], await FoldManyAsync(
            [Attribute("list", "string_list", "unique_list", Value()), Attribute("last", "string", "last", Value())], Values(new JsonArray("a", "b"))));

    private static JsonObject Last(string name, JsonObject property) => Attribute(name, "string", "last", property);
}
