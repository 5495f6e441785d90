using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Event filters and criteria: spec signals-api 2.4 and 2.5.</summary>
public sealed class EventSelectionTests
{
    [Theory]
    [Trait("Row", "19")]
    [InlineData("", 0)]
    [InlineData(""","events":[]""", 0)]
    [InlineData(""","events":null""", 0)]
    [InlineData(""","events":[{}]""", 1)]
    [InlineData(""","events":[{"name":"a-b_c"},{"vendor":"com.acme-x_y"},{"version":"1-0-0"}]""", 3)]
    public void Filters_have_wildcards_and_may_be_absent(string events, int count) =>
        Assert.Equal(count, Bodies.Attribute($$"""{"name":"a","type":"int32","aggregation":"counter"{{events}}}""").Events.Count);

    [Theory]
    [Trait("Row", "15")]
    [Trait("Row", "20")]
    [InlineData("""{"name":"a b"}""", """["events",0,"name"]""")]
    [InlineData("""{"name":""}""", """["events",0,"name"]""")]
    [InlineData("""{"vendor":"com/acme"}""", """["events",0,"vendor"]""")]
    [InlineData("""{"version":"1-0"}""", """["events",0,"version"]""")]
    [InlineData("""{"version":"1-0-x"}""", """["events",0,"version"]""")]
    [InlineData("""{"version":"1-0-0\n"}""", """["events",0,"version"]""")]
    [InlineData("""{"event_specification_id":""}""", """["events",0,"event_specification_id"]""")]
    [InlineData("""{"event_specification_id":"x","name":"a"}""", """["events",0,"event_specification_id"]""")]
    [InlineData("""{"event_specification_id":"x","vendor":"a"}""", """["events",0,"event_specification_id"]""")]
    [InlineData("""{"event_specification_id":"x","version":"1-0-0"}""", """["events",0,"event_specification_id"]""")]
    [InlineData("""{"name":"a","major_version":2}""", """["events",0,"major_version"]""")]
    [InlineData("\"page_view\"", """["events",0]""")]
    public void What_is_wrong_with_a_filter_is_named(string filter, string place) =>
        Assert.Equal([place], Bodies.AttributeErrors($$"""{"name":"a","type":"int32","aggregation":"counter","events":[{{filter}}]}"""));

    [Fact]
    [Trait("Row", "20")]
    public void An_event_specification_stands_alone() =>
        Assert.Equal(
            [new EventFilter { EventSpecificationId = "7d0ee8d1" }],
            Bodies.Attribute("""{"name":"a","type":"int32","aggregation":"counter","events":[{"event_specification_id":"7d0ee8d1"}]}""").Events);

    [Theory]
    [Trait("Row", "21")]
    [InlineData("=", "\"a\" 1 1.5 true", "[1] {}")]
    [InlineData("!=", "\"a\" 1 1.5 false", "[1] {}")]
    [InlineData("<", "\"a\" 1 1.5", "true [1] {}")]
    [InlineData(">", "\"a\" 1 1.5", "true [1] {}")]
    [InlineData("<=", "\"a\" 1 1.5", "true [1] {}")]
    [InlineData(">=", "\"a\" 1 1.5", "true [1] {} 1e999")]
    [InlineData("like", "\"/product/%\"", "1 true [\"a\"] {}")]
    [InlineData("in", "[\"a\"] [1,2.5] [true,false]", "\"a\" 1 [] [{}] [[1]]")]
    public void Each_operator_has_values_that_fit_it(string name, string accepted, string refused)
    {
        foreach (var value in accepted.Split(' '))
            Assert.Empty(Errors($$""" "operator":"{{name}}","value":{{value}} """));
        foreach (var value in refused.Split(' '))
            Assert.All(Errors($$""" "operator":"{{name}}","value":{{value}} """), place => Assert.StartsWith("""["criteria","all",0,"value""", place));
        Assert.Equal(["""["criteria","all",0,"value"]"""], Errors($$""" "operator":"{{name}}" """));
        Assert.Equal(["""["criteria","all",0,"value"]"""], Errors($$""" "operator":"{{name}}","value":null """));
    }

    [Theory]
    [Trait("Row", "21")]
    [InlineData("is null")]
    [InlineData("is not null")]
    public void The_two_null_operators_take_no_value(string name)
    {
        Assert.Empty(Errors($$""" "operator":"{{name}}" """));
        Assert.Empty(Errors($$""" "operator":"{{name}}","value":null """));
        Assert.Equal(["""["criteria","all",0,"value"]"""], Errors($$""" "operator":"{{name}}","value":1 """));
    }

    [Theory]
    [Trait("Row", "21")]
    [InlineData("[\"a\",1]", 1)]
    [InlineData("[1,2,true]", 2)]
    [InlineData("[null]", 0)]
    [InlineData("[\"a\",[\"b\"]]", 1)]
    public void A_list_holds_one_kind_of_values(string list, int position) =>
        Assert.Equal([$"""["criteria","all",0,"value",{position}]"""], Errors($$""" "operator":"in","value":{{list}} """));

    [Theory]
    [Trait("Row", "21")]
    [InlineData("""{"all":[{0}],"any":[{0}]}""", null)]
    [InlineData("""{"any":[{0}]}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"all":[]}""", """["criteria","all"]""")]
    [InlineData("""{"any":[{0},5]}""", """["criteria","any",1]""")]
    [InlineData("""{"any":[{"operator":"=","value":1}]}""", """["criteria","any",0,"property"]""")]
    [InlineData("""{"any":[{"property":{"name":"app_id"},"value":1}]}""", """["criteria","any",0,"operator"]""")]
    [InlineData("""{"any":[{"property":{"name":"app_id"},"operator":"rlike","value":"a"}]}""", """["criteria","any",0,"operator"]""")]
    [InlineData("""{"any":[{"property":{"name":"app_id","date_part":"active_day"},"operator":"=","value":"a"}]}""", """["criteria","any",0,"property","date_part"]""")]
    public void Criteria_have_lists_of_1_to_100_conditions(string criteria, string? place)
    {
        criteria = criteria.Replace("{0}", """{"property":{"name":"app_id"},"operator":"=","value":"a"}""", StringComparison.Ordinal);

        Assert.Equal(place is null ? [] : [place], Bodies.AttributeErrors($$"""{"name":"a","type":"int32","aggregation":"counter","criteria":{{criteria}}}"""));
    }

    [Fact]
    [Trait("Row", "21")]
    public void A_list_of_101_conditions_is_refused()
    {
        var conditions = string.Join(',', Enumerable.Repeat("""{"property":{"name":"app_id"},"operator":"is null"}""", 101));

        Assert.Equal(["""["criteria","all"]"""], Bodies.AttributeErrors($$$"""{"name":"a","type":"int32","aggregation":"counter","criteria":{"all":[{{{conditions}}}]}}"""));
    }

    private static IReadOnlyList<string> Errors(string rest) => Bodies.AttributeErrors(
        $$$"""{"name":"a","type":"int32","aggregation":"counter","criteria":{"all":[{"property":{"type":"atomic","name":"app_id"},{{{rest}}}}]}}""");
}
