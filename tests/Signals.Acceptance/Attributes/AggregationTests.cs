using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Attributes;

/// <summary>Spec signals-api 14.7, over the wire: events in, attribute out.</summary>
public sealed class AggregationTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    [Trait("Row", "92")]
    public async Task Counter_counts_the_events_that_match()
    {
        var page = new EventLine();
        var value = await FoldAsync(
            Attribute("count", "int32", "counter", events: Event("com.acme", "interaction", "1-0-0")), [.. Values(1, 2, 3), page]);

        Assert.Equal("3", value);
    }

    [Fact]
    [Trait("Row", "92")]
    public async Task Counter_is_null_before_the_first_match() =>
        Assert.Equal("null", await FoldAsync(Attribute("count", "int32", "counter", events: Event("com.acme", "other", "1-0-0")), Values(1)));

    [Fact]
    [Trait("Row", "93")]
    public async Task Sum_adds_numbers_and_leaves_out_what_is_none() =>
        Assert.Equal("7.5", await FoldAsync(Attribute("sum", "double", "sum", Value()), Values(5, "no number", null, 2.5)));

    [Fact]
    [Trait("Row", "94")]
    public async Task Min_is_the_smallest_number() =>
        Assert.Equal("-2", await FoldAsync(Attribute("min", "int32", "min", Value()), Values(3, -2, 8)));

    [Fact]
    [Trait("Row", "95")]
    public async Task Max_is_the_largest_number() =>
        Assert.Equal("8.5", await FoldAsync(Attribute("max", "double", "max", Value()), Values(3, 8.5, -2)));

    [Fact]
    [Trait("Row", "96")]
    public async Task Mean_divides_by_the_events_that_have_a_number() =>
        Assert.Equal("4.0", await FoldAsync(Attribute("mean", "double", "mean", Value()), Values(3, null, 5)));

    [Fact]
    [Trait("Row", "97")]
    [Trait("Row", "111")]
    public async Task First_is_the_earliest_by_event_time_not_by_arrival() =>
        Assert.Equal("\"early\"", await FoldAsync(Attribute("first", "string", "first", Value()), At(-1, "late"), At(-9, "early"), At(-5, "middle")));

    [Fact]
    [Trait("Row", "98")]
    [Trait("Row", "111")]
    public async Task Last_is_the_latest_by_event_time_not_by_arrival() =>
        Assert.Equal("\"late\"", await FoldAsync(Attribute("last", "string", "last", Value()), At(-1, "late"), At(-9, "early"), At(-5, "middle")));

    [Fact]
    [Trait("Row", "99")]
    [Trait("Row", "111")]
    public async Task Unique_list_is_ordered_by_when_each_value_was_last_seen() =>
        Assert.Equal(
            "[\"/products\",\"/home\"]",
            await FoldAsync(Attribute("pages", "string_list", "unique_list", Value()), At(-1, "/home"), At(-9, "/home"), At(-5, "/products")));

    [Fact]
    [Trait("Row", "99")]
    public async Task Unique_list_keeps_the_hundred_newest_values()
    {
        var values = Enumerable.Range(0, 130).Select(i => (JsonNode?)JsonValue.Create($"page{i}")).ToArray();

        var list = JsonNode.Parse(await FoldAsync(Attribute("pages", "string_list", "unique_list", Value()), Values(values)))!.AsArray();

        Assert.Equal(Enumerable.Range(30, 100).Select(i => $"page{i}"), list.Select(item => item!.GetValue<string>()));
    }

    [Fact]
    [Trait("Row", "100")]
    public async Task Most_frequent_is_the_value_seen_most_often() =>
        Assert.Equal("\"b\"", await FoldAsync(Attribute("most", "string", "most_frequent", Value()), Values("a", "b", "c", "b")));

    [Fact]
    [Trait("Row", "101")]
    public async Task Least_frequent_is_the_value_seen_least_often() =>
        Assert.Equal("\"c\"", await FoldAsync(Attribute("least", "string", "least_frequent", Value()), Values("a", "b", "c", "b", "a")));

    [Fact]
    [Trait("Row", "100")]
    [Trait("Row", "101")]
    public async Task Of_equally_frequent_values_the_smaller_text_wins() =>
        Assert.Equal(["\"a\"", "\"a\""], await FoldManyAsync(
            [Attribute("most", "string", "most_frequent", Value()), Attribute("least", "string", "least_frequent", Value())], Values("b", "a", "c")));

    [Fact]
    [Trait("Row", "102")]
    public async Task Category_count_counts_each_value()
    {
        var counts = await FoldAsync(Attribute("counts", "dict", "category_count", Value()), Values("shoes", "hats", "shoes", 7));

        Assert.True(JsonNode.DeepEquals(new JsonObject { ["shoes"] = 2, ["hats"] = 1, ["7"] = 1 }, JsonNode.Parse(counts)), counts);
    }

    [Fact]
    [Trait("Row", "102")]
    public async Task Category_count_keeps_the_hundred_highest_counts()
    {
        var often = Enumerable.Range(0, 10).SelectMany(i => Enumerable.Repeat($"often{i}", 3));
        var once = Enumerable.Range(0, 120).Select(i => $"once{i}");
        var values = often.Concat(once).Select(text => (JsonNode?)JsonValue.Create(text)).ToArray();

        var counts = JsonNode.Parse(await FoldAsync(Attribute("counts", "dict", "category_count", Value()), Values(values)))!.AsObject();

        Assert.Equal(100, counts.Count);
        Assert.Equal(10, counts.Count(pair => pair.Key.StartsWith("often", StringComparison.Ordinal) && pair.Value!.GetValue<int>() == 3));
    }

    [Fact]
    [Trait("Row", "103")]
    public async Task Distinct_count_is_exact_for_few_values_and_close_for_many()
    {
        var few = Enumerable.Range(0, 57).Select(i => (JsonNode?)JsonValue.Create($"v{i % 19}")).ToArray();
        Assert.Equal("19", await FoldAsync(Attribute("distinct", "int64", "approx_count_distinct", Value()), Values(few)));

        var many = Enumerable.Range(0, 20_000).Select(i => (JsonNode?)JsonValue.Create($"v{i}")).ToArray();
        var estimate = double.Parse(await FoldAsync(Attribute("distinct", "int64", "approx_count_distinct", Value()), Values(many)));
        Assert.InRange(estimate, 20_000 * 0.96, 20_000 * 1.04);
    }

    [Theory]
    [InlineData("s", 7200, 60)]
    [InlineData("min", 120, 1)]
    [InlineData("h", 2, 0.02)]
    [InlineData("d", 2 / 24.0, 0.001)]
    [Trait("Row", "104")]
    public async Task Time_since_last_is_measured_when_it_is_read(string unit, double expected, double tolerance)
    {
        var value = await FoldAsync(
            Attribute("since", "double", "time_since_last").With("time_unit", unit), new EventLine(Now.AddHours(-5)), new EventLine(Now.AddHours(-2)));

        Assert.InRange(double.Parse(value, System.Globalization.CultureInfo.InvariantCulture), expected, expected + tolerance);
    }

    [Fact]
    [Trait("Row", "105")]
    public async Task Time_since_first_counts_from_the_earliest_event()
    {
        var value = await FoldAsync(
            Attribute("since", "double", "time_since_first").With("time_unit", "h"), new EventLine(Now.AddHours(-2)), new EventLine(Now.AddHours(-5)));

        Assert.InRange(double.Parse(value, System.Globalization.CultureInfo.InvariantCulture), 5, 5.02);
    }

    [Fact]
    [Trait("Row", "104")]
    [Trait("Row", "105")]
    public async Task Time_since_an_event_of_the_future_is_zero() =>
        Assert.Equal(["0.0", "0.0"], await FoldManyAsync(
            [
                Attribute("last", "double", "time_since_last").With("time_unit", "s"),
                Attribute("first", "double", "time_since_first").With("time_unit", "s"),
            ],
            new EventLine(Now.AddHours(1))));

    private static EventLine At(int minutes, string value) => Interaction(Now.AddMinutes(minutes), new JsonObject { ["value"] = value });
}
