using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The 14 aggregations of spec signals-api 14.7 on single values.</summary>
public sealed class AggregationTests
{
    [Fact]
    [Trait("Row", "92")]
    public async Task Counter_counts_events_and_is_null_before_the_first()
    {
        Assert.Equal("3", await ValueAfterAsync(Counter, PageView(1), Thing("null", 2), PageView(3)));
        Assert.Equal("null", await ValueAfterAsync(Counter));
    }

    [Fact]
    [Trait("Row", "92")]
    public async Task Counter_ignores_the_property_that_was_sent_with_it() =>
        Assert.Equal("2", await ValueAfterAsync(Counter with { Property = V }, Thing("null", 1), PageView(2)));

    [Theory]
    [Trait("Row", "93")]
    [InlineData("6.0", "1", "2", "3")]
    [InlineData("0.3", "0.1", "0.2")]
    [InlineData("-1.5", "1", "-2.5")]
    [InlineData("7.0", "\"5\"", "2")]
    [InlineData("2.0", "\"two\"", "2", "true", "[1]", "{\"n\":1}", "null", "\"\"")]
    [InlineData("null", "\"two\"", "null")]
    [InlineData("1E+300", "1e300", "1")]
    [InlineData("null", "1e308", "1e308")]
    [InlineData("2E-20", "1e-20", "1e-20")]
    public async Task Sum_adds_numbers_and_passes_over_everything_else(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Sum, AttributeType.Double), Things(values)));

    [Fact]
    [Trait("Row", "93")]
    public async Task Sum_is_coerced_when_it_is_read_not_before() =>
        Assert.Equal("2", await ValueAfterAsync(Over(AggregationKind.Sum, AttributeType.Int32), Things("0.9", "0.9", "0.9")));

    [Theory]
    [Trait("Row", "94")]
    [InlineData("-2.5", "1", "-2.5", "7")]
    [InlineData("1.0", "\"1\"", "7", "\"a\"", "null", "[0]")]
    [InlineData("null", "\"a\"", "false")]
    [InlineData("-1E+300", "1", "-1e300")]
    public async Task Min_is_the_smallest_number(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Min, AttributeType.Double), Things(values)));

    [Theory]
    [Trait("Row", "95")]
    [InlineData("7.0", "1", "-2.5", "7")]
    [InlineData("7.5", "\"7.5\"", "7", "\"a\"", "null", "[90]")]
    [InlineData("null", "\"a\"", "false")]
    [InlineData("-1.0", "-1", "-2")]
    public async Task Max_is_the_largest_number(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Max, AttributeType.Double), Things(values)));

    [Theory]
    [Trait("Row", "96")]
    [InlineData("2.5", "1", "4")]
    [InlineData("0.15", "0.1", "0.2")]
    [InlineData("3.0", "3", "\"x\"", "null")]
    [InlineData("null", "\"x\"")]
    [InlineData("null", "1e308", "1e308")]
    public async Task Mean_divides_the_sum_by_the_number_of_numbers(string expected, params string[] values) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Mean, AttributeType.Double), Things(values)));

    [Fact]
    [Trait("Row", "97")]
    public async Task First_is_the_value_of_the_earliest_event_whatever_arrives_first() =>
        Assert.Equal("\"b\"", await ValueAfterAsync(
            Over(AggregationKind.First, AttributeType.String), Thing("\"a\"", 20), Thing("\"b\"", 10), Thing("null", 5), Thing("\"c\"", 30)));

    [Fact]
    [Trait("Row", "98")]
    public async Task Last_is_the_value_of_the_latest_event_whatever_arrives_last() =>
        Assert.Equal("\"c\"", await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String), Thing("\"c\"", 30), Thing("\"a\"", 20), Thing("null", 40), Thing("\"b\"", 10)));

    [Theory]
    [InlineData(AggregationKind.First, "\"smaller\"")]
    [InlineData(AggregationKind.Last, "\"larger\"")]
    [Trait("Row", "97")]
    [Trait("Row", "98")]
    public async Task Events_of_the_same_instant_are_ordered_by_event_id(AggregationKind aggregation, string expected)
    {
        var smaller = Thing("\"smaller\"").With("event_id", "1fffffff-0000-4000-8000-000000000000");
        var larger = Thing("\"larger\"").With("event_id", "a0000000-0000-4000-8000-000000000000");

        Assert.Equal(expected, await ValueAfterAsync(Over(aggregation, AttributeType.String), smaller, larger));
        Assert.Equal(expected, await ValueAfterAsync(Over(aggregation, AttributeType.String), larger, smaller));
    }

    [Theory]
    [InlineData(AggregationKind.First)]
    [InlineData(AggregationKind.Last)]
    [Trait("Row", "97")]
    [Trait("Row", "98")]
    public async Task First_and_last_keep_objects_as_text_or_as_they_are_and_pass_over_arrays(AggregationKind aggregation)
    {
        const string json = """{ "a" : [1, "x y \" z"], "b": {"c\u00e9": "\ud800"} }""";
        const string compact = """{"a":[1,"x y \" z"],"b":{"c\u00e9":"\ud800"}}""";

        Assert.Equal(compact, await ValueAfterAsync(Over(aggregation, AttributeType.Dict), Thing(json)));
        var text = await ValueAfterAsync(Over(aggregation, AttributeType.String), Thing(json));
        Assert.Equal(compact, TestDefinitions.Json(text).GetString());
        Assert.Equal("null", await ValueAfterAsync(Over(aggregation, AttributeType.String), Thing("[\"x\"]")));
        Assert.Equal("null", await ValueAfterAsync(Over(aggregation, AttributeType.Int32), Thing(json)));
        Assert.Equal("null", await ValueAfterAsync(Over(aggregation, AttributeType.Dict), Thing("1")));
    }

    [Theory]
    [InlineData(AggregationKind.TimeSinceLast, TimeUnit.Second, "50.0")]
    [InlineData(AggregationKind.TimeSinceFirst, TimeUnit.Second, "90.0")]
    [InlineData(AggregationKind.TimeSinceFirst, TimeUnit.Minute, "1.5")]
    [InlineData(AggregationKind.TimeSinceFirst, TimeUnit.Hour, "0.025")]
    [InlineData(AggregationKind.TimeSinceLast, TimeUnit.Day, "0.0005787037037037037")]
    [Trait("Row", "104")]
    [Trait("Row", "105")]
    public async Task Time_since_is_computed_when_it_is_read(AggregationKind aggregation, TimeUnit unit, string expected)
    {
        var engine = new EngineUnderTest(new AttributeDefinition { Name = "a", Aggregation = aggregation, Type = AttributeType.Double, TimeUnit = unit });
        await engine.ProcessAsync(PageView(20), PageView(10), PageView(50));

        engine.Time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal(expected, await engine.ReadAsync());
    }

    [Theory]
    [InlineData(AggregationKind.TimeSinceLast)]
    [InlineData(AggregationKind.TimeSinceFirst)]
    [Trait("Row", "104")]
    [Trait("Row", "105")]
    public async Task Time_since_is_never_below_zero_and_null_without_an_event(AggregationKind aggregation)
    {
        var attribute = new AttributeDefinition { Name = "a", Aggregation = aggregation, Type = AttributeType.Float, TimeUnit = TimeUnit.Hour };

        Assert.Equal("0.0", await ValueAfterAsync(attribute, PageView(3600)));
        Assert.Equal("null", await ValueAfterAsync(attribute));
    }

    [Fact]
    [Trait("Row", "104")]
    public async Task Time_since_falls_back_to_the_time_of_the_collector() =>
        Assert.Equal("30.0", await ValueAfterAsync(
            new AttributeDefinition { Name = "a", Aggregation = AggregationKind.TimeSinceLast, Type = AttributeType.Double, TimeUnit = TimeUnit.Second },
            PageView(-30).With("derived_tstamp", "")));

    /// <summary>Things with these values, a second apart.</summary>
    private static EnrichedLineBuilder[] Things(params string[] values) => [.. values.Select((json, i) => Thing(json, i))];
}
