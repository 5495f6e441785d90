using Signals.Engine.Definitions;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.3.1.</summary>
[Trait("Row", "17")]
public sealed class CalculatedPropertyTests
{
    [Theory]
    [InlineData(CalculatedOperation.Concat, "\"a\"", "1.50", "true", "\"a-1.5-true\"")]
    [InlineData(CalculatedOperation.Concat, "\"a\"", "null", "\"c\"", "\"a-c\"")]
    [InlineData(CalculatedOperation.Concat, "null", "null", "null", "null")]
    [InlineData(CalculatedOperation.Sum, "1", "2.5", "\"3\"", "\"6.5\"")]
    [InlineData(CalculatedOperation.Sum, "1", "\"x\"", "null", "\"1\"")]
    [InlineData(CalculatedOperation.Sum, "0.1", "0.2", "null", "\"0.3\"")]
    [InlineData(CalculatedOperation.Sum, "true", "\"x\"", "null", "null")]
    [InlineData(CalculatedOperation.Sum, "1e308", "1e308", "1", "null")]
    [InlineData(CalculatedOperation.Product, "2", "2.5", "null", "\"5\"")]
    [InlineData(CalculatedOperation.Product, "1e20", "1e-20", "4", "\"4\"")]
    [InlineData(CalculatedOperation.Product, "0.000000000001", "0.000000000001", "0.000000000001", "\"1E-36\"")]
    [InlineData(CalculatedOperation.Product, "12", "0", "null", "\"0\"")]
    [InlineData(CalculatedOperation.Min, "3", "1", "2", "\"1\"")]
    [InlineData(CalculatedOperation.Min, "\"10\"", "9", "null", "\"9\"")]
    [InlineData(CalculatedOperation.Max, "3", "1", "2", "\"3\"")]
    [InlineData(CalculatedOperation.Max, "-3", "1e300", "null", "\"1E+300\"")]
    [InlineData(CalculatedOperation.Max, "null", "null", "\"x\"", "null")]
    [InlineData(CalculatedOperation.Coalesce, "null", "\"b\"", "\"c\"", "\"b\"")]
    [InlineData(CalculatedOperation.Coalesce, "[1]", "null", "false", "\"false\"")]
    [InlineData(CalculatedOperation.Coalesce, "null", "null", "null", "null")]
    public async Task Missing_members_are_skipped_and_without_any_the_result_is_missing(CalculatedOperation operation, string a, string b, string c, string expected)
    {
        var property = new CalculatedProperty
        {
            Operation = operation,
            Properties = [V with { Path = "a" }, V with { Path = "b" }, V with { Path = "c" }],
            Separator = operation == CalculatedOperation.Concat ? "-" : null,
        };

        Assert.Equal(expected, await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String) with { Property = property },
            Event("com.acme", "thing", "1-0-0", $$"""{"a":{{a}},"b":{{b}},"c":{{c}}}""")));
    }

    [Fact]
    public async Task Members_may_come_from_everywhere_and_nothing_stands_between_texts_by_default()
    {
        var property = new CalculatedProperty
        {
            Operation = CalculatedOperation.Concat,
            Properties =
            [
                new AtomicProperty { Name = "app_id" }, V,
                new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = "id" },
                new AtomicProperty { Name = "collector_tstamp", DatePart = DatePart.ActiveDay },
            ],
        };

        Assert.Equal("\"shop7b2025-01-01\"", await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String) with { Property = property },
            Thing("7").WithEntity("com.acme", "box", "1-0-0", """{"id":"b"}""")));
    }

    [Fact]
    public async Task A_calculated_number_is_aggregated_like_any_other()
    {
        var revenue = new CalculatedProperty { Operation = CalculatedOperation.Product, Properties = [V with { Path = "price" }, V with { Path = "quantity" }] };

        Assert.Equal("44.0", await ValueAfterAsync(
            Over(AggregationKind.Sum, AttributeType.Double) with { Property = revenue },
            Event("com.acme", "thing", "1-0-0", """{"price":19.5,"quantity":2}""", 1),
            Event("com.acme", "thing", "1-0-0", """{"price":5}""", 2),
            Event("com.acme", "thing", "1-0-0", """{"sku":"x"}""", 3)));
    }
}
