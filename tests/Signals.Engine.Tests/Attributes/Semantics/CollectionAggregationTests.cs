using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The aggregations of spec signals-api 14.7 that keep several values, and their caps.</summary>
public sealed class CollectionAggregationTests
{
    private static readonly AttributeDefinition Unique = Over(AggregationKind.UniqueList, AttributeType.StringList);
    private static readonly AttributeDefinition Most = Over(AggregationKind.MostFrequent, AttributeType.String);
    private static readonly AttributeDefinition Least = Over(AggregationKind.LeastFrequent, AttributeType.String);
    private static readonly AttributeDefinition Categories = Over(AggregationKind.CategoryCount, AttributeType.Dict);
    private static readonly AttributeDefinition Distinct = Over(AggregationKind.ApproxCountDistinct, AttributeType.Int64);

    [Theory]
    [Trait("Row", "99")]
    [InlineData("""["/products","/home"]""", "\"/home\"", "\"/products\"", "\"/home\"")]
    [InlineData("""["a","b"]""", "\"a\"", "null", "\"b\"")]
    [InlineData("null", "null", "{\"x\":1}")]
    public async Task Unique_list_is_ordered_by_when_each_value_was_last_seen(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Unique, Things(values)));

    [Fact]
    [Trait("Row", "99")]
    public async Task Unique_list_is_ordered_by_event_time_and_within_an_instant_by_text() =>
        Assert.Equal("""["c","a","b"]""", await ValueAfterAsync(Unique, Thing("\"b\"", 30), Thing("\"a\"", 30), Thing("\"c\"", 10), Thing("\"b\"", 5)));

    [Fact]
    [Trait("Row", "99")]
    public async Task Unique_list_keeps_the_100_newest_values()
    {
        var values = Enumerable.Range(0, 130).Select(i => Thing($"{i}", i)).Append(Thing("40", 200)).Reverse().ToArray();

        var list = await ValueAfterAsync(Over(AggregationKind.UniqueList, AttributeType.Int32List), values);

        int[] expected = [.. Enumerable.Range(30, 100).Where(i => i != 40), 40];
        Assert.Equal($"[{string.Join(',', expected)}]", list);
    }

    [Fact]
    [Trait("Row", "99")]
    public async Task Unique_list_takes_the_scalar_elements_of_arrays() =>
        Assert.Equal("""["\"é\"","1","a","true"]""", await ValueAfterAsync(
            Unique, Thing("""["a", 1, null, {"x":2}, [3], true, "\"\u00e9\""]""", 1)));

    [Theory]
    [Trait("Row", "100")]
    [InlineData("\"b\"", "\"a\"", "\"b\"", "\"b\"", "\"c\"")]
    [InlineData("\"a\"", "\"b\"", "\"a\"")]
    [InlineData("\"10\"", "\"9\"", "10")]
    [InlineData("\"x\"", "[\"x\",\"y\"]", "\"x\"", "{\"z\":1}", "null")]
    [InlineData("null", "null")]
    public async Task Most_frequent_is_the_value_with_the_highest_count_the_smaller_text_on_ties(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Most, Things(values)));

    [Theory]
    [Trait("Row", "101")]
    [InlineData("\"c\"", "\"a\"", "\"a\"", "\"b\"", "\"b\"", "\"c\"")]
    [InlineData("\"a\"", "\"b\"", "\"a\"")]
    [InlineData("\"y\"", "[\"x\",\"y\",\"x\"]", "\"z\"", "\"z\"")]
    [InlineData("null", "null")]
    public async Task Least_frequent_is_the_value_with_the_lowest_count_the_smaller_text_on_ties(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Least, Things(values)));

    [Theory]
    [Trait("Row", "102")]
    [InlineData("""{"b":2,"a":1}""", "\"a\"", "\"b\"", "\"b\"")]
    [InlineData("""{"1":2,"true":1,"x":1}""", "1", "\"1\"", "true", "\"x\"", "null", "{\"o\":1}")]
    [InlineData("""{"x":3,"y":1}""", "[\"x\",\"y\",\"x\"]", "\"x\"")]
    [InlineData("""{"":1}""", "\"\"")]
    [InlineData("null", "null")]
    public async Task Category_count_counts_values_as_texts(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Categories, Things(values)));

    [Fact]
    [Trait("Row", "102")]
    public async Task Category_count_drops_the_lowest_count_for_a_new_value_and_of_several_the_one_not_seen_for_longest()
    {
        var first = Enumerable.Range(0, 100).SelectMany(i => i < 40 ? [Thing($"\"v{i:000}\"", i), Thing($"\"v{i:000}\"", i)] : (EnrichedLineBuilder[])[Thing($"\"v{i:000}\"", 1000 - i)]);
        // v040 to v099 have a count of one; v099 was seen first.
        var engine = new EngineUnderTest(Categories);
        await engine.ProcessAsync([.. first, Thing("\"new\"", 2000), Thing("\"newer\"", 2001)]);

        var counts = TestDefinitions.Json(await engine.ReadAsync());

        Assert.Equal(100, counts.EnumerateObject().Count());
        Assert.False(counts.TryGetProperty("v099", out _));
        Assert.False(counts.TryGetProperty("v098", out _));
        Assert.True(counts.TryGetProperty("v097", out _));
        Assert.Equal(2, counts.GetProperty("v000").GetInt32());
        Assert.Equal(1, counts.GetProperty("newer").GetInt32());
    }

    [Fact]
    [Trait("Row", "100")]
    [Trait("Row", "101")]
    public async Task Frequencies_of_more_than_100_values_are_those_of_the_100_that_are_kept()
    {
        EnrichedLineBuilder[] values = [Thing("\"often\"", 0), Thing("\"often\"", 1), Thing("\"a\"", 2), .. Enumerable.Range(0, 99).Select(i => Thing($"\"b{i:00}\"", 10 + i))];

        Assert.Equal("\"often\"", await ValueAfterAsync(Most, values));
        Assert.Equal("\"b00\"", await ValueAfterAsync(Least, values));
    }

    [Theory]
    [Trait("Row", "103")]
    [InlineData("3", "\"a\"", "\"b\"", "\"a\"", "\"c\"")]
    [InlineData("2", "1", "\"1\"", "1.0", "true", "null", "{\"x\":1}")]
    [InlineData("3", "[\"a\",\"b\",[\"c\"]]", "\"d\"")]
    [InlineData("0", "null")]
    public async Task Approx_count_distinct_counts_distinct_values_exactly_while_they_are_few(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Distinct, Things(values)));

    [Fact]
    [Trait("Row", "103")]
    [Trait("Row", "63")]
    public async Task Approx_count_distinct_is_zero_for_somebody_never_seen() =>
        Assert.Equal("0.0", await ValueAfterAsync(Distinct with { Type = AttributeType.Double }));

    private static EnrichedLineBuilder[] Things(params string[] values) => [.. values.Select((json, i) => Thing(json, i))];
}
