using Signals.Engine.Definitions;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.3.2.</summary>
[Trait("Row", "18")]
public sealed class DatePartTests
{
    [Theory]
    [InlineData(DatePart.HourOfDay, AttributeType.Int32, "14")]
    [InlineData(DatePart.DayOfWeek, AttributeType.Int32, "5")]
    [InlineData(DatePart.MonthOfYear, AttributeType.Int64, "3")]
    [InlineData(DatePart.ActiveDay, AttributeType.String, "\"2024-03-15\"")]
    [InlineData(DatePart.ActiveWeek, AttributeType.String, "\"2024-03-11\"")]
    [InlineData(DatePart.ActiveMonth, AttributeType.String, "\"2024-03-01\"")]
    public async Task The_parts_of_the_example_of_the_docs(DatePart part, AttributeType type, string expected)
    {
        var attribute = Over(AggregationKind.Last, type) with { Property = V with { DatePart = part } };
        Assert.Equal(expected, await ValueAfterAsync(attribute, Thing("\"2024-03-15T14:30:00Z\"")));

        var column = OverColumn(AggregationKind.Last, type, "dvce_created_tstamp");
        column = column with { Property = column.Property! with { DatePart = part } };
        Assert.Equal(expected, await ValueAfterAsync(column, PageView().With("dvce_created_tstamp", "2024-03-15 14:30:00.123")));
    }

    [Theory]
    [InlineData(DatePart.HourOfDay, "2024-03-15T23:30:00-02:00", "\"1\"")]
    [InlineData(DatePart.ActiveDay, "2024-03-15T23:30:00-02:00", "\"2024-03-16\"")]
    [InlineData(DatePart.HourOfDay, "2024-03-15T14:30:00", "\"14\"")]
    [InlineData(DatePart.HourOfDay, "2024-03-15 14:30", "\"14\"")]
    [InlineData(DatePart.HourOfDay, "2024-03-15", "\"0\"")]
    [InlineData(DatePart.HourOfDay, "2024-03-15T14:30:00.123456789Z", "\"14\"")]
    [InlineData(DatePart.DayOfWeek, "2024-03-11T00:00:00Z", "\"1\"")]
    [InlineData(DatePart.DayOfWeek, "2024-03-17T23:59:59Z", "\"7\"")]
    [InlineData(DatePart.ActiveWeek, "2024-03-17T23:59:59Z", "\"2024-03-11\"")]
    [InlineData(DatePart.ActiveWeek, "2024-01-03T00:00:00Z", "\"2024-01-01\"")]
    [InlineData(DatePart.ActiveWeek, "2023-01-01T00:00:00Z", "\"2022-12-26\"")]
    [InlineData(DatePart.ActiveWeek, "0001-01-03T00:00:00Z", "\"0001-01-01\"")]
    [InlineData(DatePart.MonthOfYear, "2024-12-31T23:59:59Z", "\"12\"")]
    [InlineData(DatePart.ActiveMonth, "2024-02-29T12:00:00Z", "\"2024-02-01\"")]
    [InlineData(DatePart.HourOfDay, "yesterday", "null")]
    [InlineData(DatePart.HourOfDay, "2023-02-29T12:00:00Z", "null")]
    [InlineData(DatePart.HourOfDay, "0001-01-01T00:00:00+05:00", "null")]
    public async Task Parts_are_taken_in_UTC_and_what_is_no_date_time_is_missing(DatePart part, string time, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String) with { Property = V with { DatePart = part } }, Thing($"\"{time}\"")));

    [Fact]
    public async Task Numbers_are_no_date_times() =>
        Assert.Equal("null", await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.Int32) with { Property = V with { DatePart = DatePart.HourOfDay } }, Thing("1710513000")));

    [Fact]
    public async Task Elements_of_an_array_give_a_part_each() =>
        Assert.Equal("""{"2024-03-15":2,"2024-03-16":1}""", await ValueAfterAsync(
            Over(AggregationKind.CategoryCount, AttributeType.Dict) with { Property = V with { DatePart = DatePart.ActiveDay } },
            Thing("""["2024-03-15T01:00:00Z","2024-03-16","2024-03-15T23:00:00Z","x",7]""")));
}
