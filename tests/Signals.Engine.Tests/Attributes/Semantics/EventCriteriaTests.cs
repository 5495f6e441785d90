using Signals.Engine.Definitions;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.4, and the comparisons of 14.5.</summary>
[Trait("Row", "21")]
public sealed class EventCriteriaTests
{
    [Theory]
    [InlineData("5", EventOperator.Equal, "5", true)]
    [InlineData("5", EventOperator.Equal, "6", false)]
    [InlineData("5", EventOperator.NotEqual, "6", true)]
    [InlineData("5", EventOperator.NotEqual, "5", false)]
    [InlineData("5", EventOperator.Less, "6", true)]
    [InlineData("5", EventOperator.Less, "5", false)]
    [InlineData("5", EventOperator.LessOrEqual, "5", true)]
    [InlineData("5", EventOperator.Greater, "4.9", true)]
    [InlineData("5", EventOperator.Greater, "5", false)]
    [InlineData("5", EventOperator.GreaterOrEqual, "5", true)]
    [InlineData("5", EventOperator.GreaterOrEqual, "5.1", false)]
    [InlineData("5", EventOperator.In, "[4,5]", true)]
    [InlineData("5", EventOperator.In, "[4,6]", false)]
    [InlineData("5", EventOperator.In, "[]", false)]
    [InlineData("5", EventOperator.IsNull, null, false)]
    [InlineData("5", EventOperator.IsNotNull, null, true)]
    public Task Every_operator_on_a_number(string p, EventOperator op, string? v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData(EventOperator.Equal, "5", false)]
    [InlineData(EventOperator.NotEqual, "5", true)]
    [InlineData(EventOperator.Less, "5", false)]
    [InlineData(EventOperator.Greater, "5", false)]
    [InlineData(EventOperator.LessOrEqual, "5", false)]
    [InlineData(EventOperator.GreaterOrEqual, "5", false)]
    [InlineData(EventOperator.Like, "\"%\"", false)]
    [InlineData(EventOperator.In, "[5]", false)]
    [InlineData(EventOperator.IsNull, null, true)]
    [InlineData(EventOperator.IsNotNull, null, false)]
    public async Task A_missing_value_fulfils_only_unequal_and_is_null(EventOperator op, string? v, bool holds)
    {
        await Holds("null", op, v, holds);
        Assert.Equal(holds ? "1" : "null", await ValueAfterAsync(Counter with { Criteria = All(Criterion(V, op, v)) }, PageView()));
        Assert.Equal(holds ? "1" : "null", await ValueAfterAsync(
            Counter with { Criteria = All(Criterion(new AtomicProperty { Name = "page_title" }, op, v)) }, PageView()));
    }

    [Theory]
    [InlineData("5", EventOperator.Equal, "\"5\"", true)]
    [InlineData("\"5.0\"", EventOperator.Equal, "5", true)]
    [InlineData("\"10\"", EventOperator.Greater, "9", true)]
    [InlineData("\"10\"", EventOperator.Greater, "\"9\"", false)]
    [InlineData("1e2", EventOperator.Equal, "100", true)]
    [InlineData("9007199254740993", EventOperator.Equal, "9007199254740992", false)]
    [InlineData("9007199254740993", EventOperator.Greater, "9007199254740992", true)]
    [InlineData("0.1", EventOperator.Equal, "0.1", true)]
    [InlineData("1e300", EventOperator.Greater, "5", true)]
    [InlineData("\"x\"", EventOperator.Greater, "5", true)]
    [InlineData("\"\"", EventOperator.Equal, "0", false)]
    public Task Numbers_compare_as_numbers_also_with_texts_that_read_as_numbers(string p, EventOperator op, string v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData("true", EventOperator.Equal, "true", true)]
    [InlineData("true", EventOperator.Equal, "\"TRUE\"", true)]
    [InlineData("\"False\"", EventOperator.Equal, "false", true)]
    [InlineData("\"False\"", EventOperator.NotEqual, "true", true)]
    [InlineData("true", EventOperator.In, "[\"True\"]", true)]
    [InlineData("\"TRUE\"", EventOperator.Equal, "\"true\"", false)]
    [InlineData("true", EventOperator.Equal, "1", false)]
    [InlineData("true", EventOperator.Equal, "\" true \"", false)]
    [InlineData("true", EventOperator.Greater, "false", false)]
    [InlineData("true", EventOperator.GreaterOrEqual, "true", false)]
    public Task Booleans_compare_with_booleans_and_their_texts_and_have_no_order(string p, EventOperator op, string v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData("\"2026-01-01T10:00:00Z\"", EventOperator.Less, "\"2026-01-01T10:30:00+00:00\"", true)]
    [InlineData("\"2026-01-01T10:00:00Z\"", EventOperator.Equal, "\"2026-01-01T11:00:00+01:00\"", true)]
    [InlineData("\"2026-01-01T10:00:00Z\"", EventOperator.Equal, "\"2026-01-01 10:00:00\"", true)]
    [InlineData("\"2026-01-01T10:00:00.500Z\"", EventOperator.Greater, "\"2026-01-01T10:00:00Z\"", true)]
    [InlineData("\"2026-01-01T12:00:00+03:00\"", EventOperator.Less, "\"2026-01-01T10:00:00Z\"", true)]
    [InlineData("\"2026-01-01T10:00:00Z\"", EventOperator.In, "[\"2026-01-01T11:00:00+01:00\"]", true)]
    [InlineData("\"2026-01-01T10:00:00Z\"", EventOperator.Less, "\"later\"", true)]
    public Task Date_times_compare_as_instants(string p, EventOperator op, string v, bool holds) => Holds(p, op, v, holds);

    [Fact]
    public async Task An_atomic_timestamp_compares_as_an_instant()
    {
        var since = Criterion(new AtomicProperty { Name = "collector_tstamp" }, EventOperator.GreaterOrEqual, "\"2025-01-01T13:00:05+01:00\"");

        Assert.Equal("2", await ValueAfterAsync(Counter with { Criteria = All(since) }, PageView(4), PageView(5), PageView(6)));
    }

    [Theory]
    [InlineData("\"abc\"", EventOperator.Less, "\"abd\"", true)]
    [InlineData("\"Z\"", EventOperator.Less, "\"a\"", true)]
    [InlineData("\"abc\"", EventOperator.Equal, "\"ABC\"", false)]
    [InlineData("\"a\\u0062c\"", EventOperator.Equal, "\"abc\"", true)]
    [InlineData("\"a\\u0062c\"", EventOperator.In, "[\"x\",\"abc\"]", true)]
    [InlineData("\"caf\\u00e9\"", EventOperator.NotEqual, "\"café\"", false)]
    [InlineData("true", EventOperator.Less, "\"x\"", true)]
    public Task Other_values_compare_as_texts_by_code(string p, EventOperator op, string v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData("\"/product/12\"", "\"/product/%\"", true)]
    [InlineData("\"/x/product/12\"", "\"/product/%\"", false)]
    [InlineData("\"/product/12\"", "\"product\"", false)]
    [InlineData("\"/product/12\"", "\"%product%\"", true)]
    [InlineData("\"a.c\"", "\"a_c\"", true)]
    [InlineData("\"ac\"", "\"a_c\"", false)]
    [InlineData("\"abbc\"", "\"a_c\"", false)]
    [InlineData("\"abc\"", "\"a.c\"", false)]
    [InlineData("\"ABC\"", "\"abc\"", false)]
    [InlineData("\"line\\nbreak\"", "\"line%break\"", true)]
    [InlineData("\"line\\nbreak\"", "\"line_break\"", true)]
    [InlineData("\"x😀y\"", "\"x_y\"", true)]
    [InlineData("\"x😀y\"", "\"x__y\"", false)]
    [InlineData("\"50%\"", "\"50\\\\%\"", false)]
    [InlineData("\"\"", "\"%\"", true)]
    [InlineData("\"\"", "\"\"", true)]
    [InlineData("12.5", "\"12%\"", true)]
    [InlineData("true", "\"tr__\"", true)]
    [InlineData("\"abc\\n\"", "\"abc\"", false)]
    public Task Like_holds_for_the_whole_text(string p, string pattern, bool holds) => Holds(p, EventOperator.Like, pattern, holds);

    [Theory]
    [InlineData("[\"a\",\"b\"]", EventOperator.Equal, "\"b\"", true)]
    [InlineData("[\"a\",\"b\"]", EventOperator.Equal, "\"c\"", false)]
    [InlineData("[\"a\",\"b\"]", EventOperator.NotEqual, "\"b\"", false)]
    [InlineData("[\"a\",\"b\"]", EventOperator.NotEqual, "\"c\"", true)]
    [InlineData("[]", EventOperator.NotEqual, "\"c\"", true)]
    [InlineData("[\"a\",\"b\"]", EventOperator.Like, "\"b%\"", true)]
    [InlineData("[\"a\",\"b\"]", EventOperator.Like, "\"c%\"", false)]
    [InlineData("[1,2]", EventOperator.In, "[2,3]", true)]
    [InlineData("[1,2]", EventOperator.In, "[3]", false)]
    [InlineData("[5]", EventOperator.Greater, "1", false)]
    [InlineData("[5]", EventOperator.LessOrEqual, "5", false)]
    [InlineData("[]", EventOperator.IsNull, null, false)]
    [InlineData("[null]", EventOperator.IsNotNull, null, true)]
    [InlineData("[{\"a\":1},[\"b\"]]", EventOperator.Equal, "\"b\"", false)]
    public Task An_array_fulfils_what_any_element_fulfils(string p, EventOperator op, string? v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData("{\"a\":1}", EventOperator.IsNotNull, null, true)]
    [InlineData("{\"a\":1}", EventOperator.IsNull, null, false)]
    [InlineData("{\"a\":1}", EventOperator.NotEqual, "\"x\"", true)]
    public Task An_object_is_present(string p, EventOperator op, string? v, bool holds) => Holds(p, op, v, holds);

    [Theory]
    [InlineData("1", "null", false)]
    [InlineData("15", "null", true)]
    [InlineData("15", "\"x\"", true)]
    [InlineData("25", "null", false)]
    [InlineData("15", "\"y\"", false)]
    public async Task All_and_any_have_to_hold_together(string v, string w, bool holds)
    {
        var w2 = V with { Path = "w" };
        var criteria = new EventCriteria
        {
            All = [Criterion(V, EventOperator.Greater, "10"), Criterion(V, EventOperator.Less, "20")],
            Any = [Criterion(w2, EventOperator.IsNull, null), Criterion(w2, EventOperator.Equal, "\"x\"")],
        };

        Assert.Equal(holds ? "1" : "null", await ValueAfterAsync(
            Counter with { Criteria = criteria }, Event("com.acme", "thing", "1-0-0", $$"""{"v":{{v}},"w":{{w}}}""")));
    }

    [Fact]
    public async Task Any_alone_needs_one()
    {
        var criteria = new EventCriteria { Any = [Criterion(V, EventOperator.Equal, "1"), Criterion(V, EventOperator.Equal, "2")] };

        Assert.Equal("2", await ValueAfterAsync(Counter with { Criteria = criteria }, Thing("1", 1), Thing("2", 2), Thing("3", 3)));
    }

    [Fact]
    public async Task Criteria_see_date_parts_and_calculated_values()
    {
        var hour = Criterion(V with { DatePart = DatePart.HourOfDay }, EventOperator.GreaterOrEqual, "22");
        var sum = Criterion(
            new CalculatedProperty { Operation = CalculatedOperation.Sum, Properties = [V, V with { Path = "w" }] }, EventOperator.Equal, "5");

        Assert.Equal("1", await ValueAfterAsync(
            Counter with { Criteria = All(hour) }, Thing("\"2025-01-01T22:00:00Z\"", 1), Thing("\"2025-01-01T21:59:59Z\"", 2), Thing("\"x\"", 3)));
        Assert.Equal("1", await ValueAfterAsync(
            Counter with { Criteria = All(sum) }, Event("com.acme", "thing", "1-0-0", """{"v":2,"w":3}""", 1), Thing("3", 2)));
    }

    [Fact]
    public async Task A_hostile_pattern_on_a_long_text_takes_no_time_to_speak_of()
    {
        var pattern = string.Concat(Enumerable.Repeat("%a", 500));
        var text = new string('a', 20_000) + "b";

        await Holds($"\"{text}\"", EventOperator.Like, $"\"{pattern}\"", false);
    }

    private static async Task Holds(string p, EventOperator op, string? v, bool holds) =>
        Assert.Equal(holds ? "1" : "null", await ValueAfterAsync(Counter with { Criteria = All(Criterion(V, op, v)) }, Thing(p)));

    private static EventCriteria All(params EventCriterion[] criteria) => new() { All = criteria };

    private static EventCriterion Criterion(PropertyDefinition property, EventOperator op, string? json) =>
        new() { Property = property, Operator = op, Value = json is null ? null : TestDefinitions.Json(json) };
}
