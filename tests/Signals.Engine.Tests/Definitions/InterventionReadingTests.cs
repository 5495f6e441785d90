using System.Text.Json.Nodes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Interventions in JSON (spec signals-api 2.6 and 5.2): what is read, how it is written, and what is refused, where.</summary>
public sealed class InterventionReadingTests
{
    private const string SpecTree = """
        {"all": [
          {"attribute": "shopping:cart_value", "operator": ">=", "value": 100},
          {"any": [{"attribute": "shopping:items", "operator": ">", "value": 2},
                   {"attribute": "device:browser", "operator": "in", "value": ["Chrome","Firefox"]}]},
          {"none": [{"attribute": "shopping:last_order_id", "operator": "is not null"}]}]}
        """;

    [Fact]
    [Trait("Row", "22")]
    public void A_tree_is_read_into_groups_and_criteria()
    {
        var root = Assert.IsType<AttributeCriteriaGroup>(Bodies.Intervention(SpecTree).Criteria);

        Assert.Equal(CriteriaGroupKind.All, root.Kind);
        Assert.Equal(3, root.Members.Count);
        var cart = Assert.IsType<AttributeCriterion>(root.Members[0]);
        Assert.Equal(("shopping", "cart_value", AttributeOperator.GreaterOrEqual, 100), (cart.Group, cart.Attribute, cart.Operator, cart.Value!.Value.GetInt32()));
        Assert.Equal([CriteriaGroupKind.Any, CriteriaGroupKind.None], root.Members.OfType<AttributeCriteriaGroup>().Select(group => group.Kind));
        Assert.Null(Assert.IsType<AttributeCriterion>(Assert.IsType<AttributeCriteriaGroup>(root.Members[2]).Members[0]).Value);
    }

    [Fact]
    [Trait("Row", "40")]
    public void Without_guard_rails_it_has_exactly_the_members_of_Snowplow()
    {
        var written = JsonNode.Parse(DefinitionJson.ToJson(Bodies.Intervention("""{"attribute":"g:a","operator":"is null"}""")));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"name":"i","version":1,"description":null,"owner":null,"is_published":false,
             "criteria":{"attribute":"g:a","operator":"is null","value":null},"target_attribute_keys":[],"payload_attribute_groups":[]}
            """), written), written!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "22")]
    [Trait("Row", "42")]
    public void Everything_that_can_be_set_is_written_as_it_was_read()
    {
        var body = Bodies.InterventionOf(SpecTree, """
            ,"version":7,"description":"d","owner":"m@example.com","is_published":true,
            "target_attribute_keys":[{"name":"domain_userid"},{"name":"user_id"}],"payload_attribute_groups":[{"name":"shopping","version":3}],
            "cooldown":"P1D","frequency_cap":{"max":3,"period":"P7D"},"expires_after":"PT1H","active_from":"2026-01-01T00:00:00Z",
            "active_to":"2026-02-01T00:00:00Z","priority":-5,"holdout_percentage":12.5
            """);
        Assert.True(DefinitionJson.TryReadIntervention(Bodies.Parse(body), out var intervention, out _));

        var written = JsonNode.Parse(DefinitionJson.ToJson(intervention))!;
        written["criteria"]!["all"]![2]!["none"]![0]!.AsObject().Remove("value");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), written), written.ToJsonString());
        Assert.Equal(new FrequencyCap(3, TimeSpan.FromDays(7)), intervention.Guards.FrequencyCap);
    }

    [Theory]
    [Trait("Row", "22")]
    [InlineData("=", "5")]
    [InlineData("!=", "\"x\"")]
    [InlineData("=", "true")]
    [InlineData("<", "5")]
    [InlineData("<=", "5.5")]
    [InlineData(">", "\"2026-01-01\"")]
    [InlineData(">=", "-1")]
    [InlineData("like", "\"a%_b\"")]
    [InlineData("not like", "\"\"")]
    [InlineData("rlike", "\"^a+[bc]{2,3}$\"")]
    [InlineData("not rlike", "\"a|b\"")]
    [InlineData("in", "[1,2.5]")]
    [InlineData("in", "\"Chrome\"")]
    [InlineData("not in", "[true,false]")]
    [InlineData("not in", "5")]
    [InlineData("is null", "null")]
    [InlineData("is not null", "null")]
    [InlineData("changed", "null")]
    public void Every_operator_takes_its_values(string comparison, string value)
    {
        var criterion = $$"""{"attribute":"g:a","operator":"{{comparison}}","value":{{value}}}""";

        var read = Assert.IsType<AttributeCriterion>(Bodies.Intervention(criterion).Criteria);

        Assert.Equal(comparison, DefinitionNames.AttributeOperators[read.Operator]);
        Assert.Equal(value is "null", read.Value is null);
    }

    [Theory]
    [Trait("Row", "41")]
    [InlineData("=", "[1]")]
    [InlineData("=", "{}")]
    [InlineData("=", "null")]
    [InlineData("<", "true")]
    [InlineData(">", "[1]")]
    [InlineData("=", "1e999")]
    [InlineData("like", "5")]
    [InlineData("like", "[\"a\"]")]
    [InlineData("like", "null")]
    [InlineData("rlike", "true")]
    [InlineData("rlike", "\"(\"")]
    [InlineData("rlike", "\"(?=a)\"")]
    [InlineData("not rlike", "\"(a)\\\\1\"")]
    [InlineData("rlike", "\"((a{1000}){1000}){1000}\"")]
    [InlineData("in", "[]")]
    [InlineData("in", "{}")]
    [InlineData("in", "null")]
    [InlineData("is null", "5")]
    [InlineData("is not null", "false")]
    [InlineData("changed", "1")]
    public void A_value_that_does_not_fit_the_operator_is_refused_at_the_value(string comparison, string value)
    {
        var criterion = $$"""{"attribute":"g:a","operator":"{{comparison}}","value":{{value}}}""";

        Assert.Equal(["""["body","criteria","value"]"""], Bodies.InterventionErrors(Bodies.InterventionOf(criterion)));
        Assert.Equal(
            ["""["body","criteria","all",1,"value"]"""],
            Bodies.InterventionErrors(Bodies.InterventionOf($$"""{"all":[{"attribute":"g:a","operator":"is null"},{{criterion}}]}""")));
    }

    [Theory]
    [Trait("Row", "41")]
    [InlineData("""["a",1]""", 1)]
    [InlineData("""[1,null]""", 1)]
    [InlineData("""[[1]]""", 0)]
    [InlineData("""[1,1e999]""", 1)]
    public void The_item_that_spoils_a_list_is_named(string list, int index) => Assert.Equal(
        [$"""["body","criteria","value",{index}]"""],
        Bodies.InterventionErrors(Bodies.InterventionOf($$"""{"attribute":"g:a","operator":"in","value":{{list}}}""")));

    [Theory]
    [Trait("Row", "41")]
    [InlineData("""{"all":[{"attribute":"g:a","operator":"is null"},{"any":[{"attribute":"g:a","operator":"equals","value":1}]}]}""", """["body","criteria","all",1,"any",0,"operator"]""")]
    [InlineData("""{"attribute":"g:a"}""", """["body","criteria","operator"]""")]
    [InlineData("""{"operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{"attribute":"a","operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{"attribute":"g:a:b","operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{"attribute":"g_v1:a b","operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{"attribute":"g:a\n","operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{"attribute":5,"operator":"is null"}""", """["body","criteria","attribute"]""")]
    [InlineData("""{}""", """["body","criteria"]""")]
    [InlineData("""[]""", """["body","criteria"]""")]
    [InlineData("""null""", """["body","criteria"]""")]
    [InlineData("""{"all":[],"any":[]}""", """["body","criteria"]""")]
    [InlineData("""{"all":[{"attribute":"g:a","operator":"is null"}],"attribute":"g:a","operator":"is null"}""", """["body","criteria"]""")]
    [InlineData("""{"all":[]}""", """["body","criteria","all"]""")]
    [InlineData("""{"none":{}}""", """["body","criteria","none"]""")]
    [InlineData("""{"any":[{"all":[{}]}]}""", """["body","criteria","any",0,"all",0]""")]
    [InlineData("""{"any":[null]}""", """["body","criteria","any",0]""")]
    public void What_is_no_tree_is_refused_where_it_is_none(string criteria, string place) =>
        Assert.Equal([place], Bodies.InterventionErrors(Bodies.InterventionOf(criteria)));

    [Fact]
    [Trait("Row", "41")]
    public void All_that_is_wrong_in_a_tree_is_named_at_once() => Assert.Equal(
        ["""["body","criteria","all",0,"attribute"]""", """["body","criteria","all",1,"any",0,"operator"]""", """["body","criteria","all",1,"any",1]"""],
        Bodies.InterventionErrors(Bodies.InterventionOf("""
            {"all":[{"attribute":"x","operator":"is null"},{"any":[{"attribute":"g:a","operator":"~"},{}]}]}
            """)));

    [Theory]
    [Trait("Row", "78")]
    [InlineData("""{"attribute":"g:a","operator":"changed"}""", null)]
    [InlineData("""{"all":[{"attribute":"g:a","operator":"changed"},{"attribute":"g:b","operator":"=","value":1}]}""", null)]
    [InlineData("""{"all":[{"all":[{"all":[{"attribute":"g:a","operator":"changed"}]}]}]}""", null)]
    [InlineData("""{"all":[{"attribute":"g:a","operator":"changed"},{"any":[{"attribute":"g:b","operator":"is null"}]}]}""", null)]
    [InlineData("""{"any":[{"attribute":"g:a","operator":"changed"}]}""", """["body","criteria","any",0,"operator"]""")]
    [InlineData("""{"none":[{"attribute":"g:a","operator":"changed"}]}""", """["body","criteria","none",0,"operator"]""")]
    [InlineData("""{"all":[{"any":[{"attribute":"g:b","operator":"is null"},{"attribute":"g:a","operator":"changed"}]}]}""", """["body","criteria","all",0,"any",1,"operator"]""")]
    [InlineData("""{"any":[{"all":[{"attribute":"g:a","operator":"changed"}]}]}""", """["body","criteria","any",0,"all",0,"operator"]""")]
    [InlineData("""{"all":[{"none":[{"all":[{"attribute":"g:a","operator":"changed"}]}]}]}""", """["body","criteria","all",0,"none",0,"all",0,"operator"]""")]
    public void Changed_stands_alone_or_under_nothing_but_all(string criteria, string? refusedAt)
    {
        IReadOnlyList<string> expected = refusedAt is null ? [] : [refusedAt];

        Assert.Equal(expected, Bodies.InterventionErrors(Bodies.InterventionOf(criteria)));
    }

    [Fact]
    [Trait("Row", "22")]
    public void Groups_nest_ten_deep_and_no_deeper()
    {
        Assert.Empty(Bodies.InterventionErrors(Bodies.InterventionOf(Nested(10))));

        var place = Assert.Single(Bodies.InterventionErrors(Bodies.InterventionOf(Nested(11))));
        Assert.Equal(string.Concat("[\"body\",\"criteria\"", string.Concat(Enumerable.Repeat(",\"all\",0", 10)), ",\"all\"]"), place);

        static string Nested(int depth) =>
            string.Concat(Enumerable.Repeat("""{"all":[""", depth)) + """{"attribute":"g:a","operator":"in","value":[1]}""" + string.Concat(Enumerable.Repeat("]}", depth));
    }

    [Theory]
    [Trait("Row", "22")]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_group_has_1_to_100_members(int members, bool accepted)
    {
        var errors = Bodies.InterventionErrors(Bodies.InterventionOf(Group(members, "is null")));

        Assert.Equal(accepted ? [] : ["""["body","criteria","any"]"""], errors);
    }

    [Fact]
    public void A_tree_has_a_thousand_criteria_at_most_and_a_hundred_patterns()
    {
        string Wide(int groups, int members) => $$"""{"all":[{{string.Join(',', Enumerable.Repeat(Group(members, "is null"), groups))}}]}""";

        Assert.Empty(Bodies.InterventionErrors(Bodies.InterventionOf(Wide(10, 100))));
        Assert.Equal(["""["body","criteria"]"""], Bodies.InterventionErrors(Bodies.InterventionOf(Wide(11, 100))));
        var patterns = Group(51, "rlike", "\"a\"");
        Assert.Equal(["""["body","criteria"]"""], Bodies.InterventionErrors(Bodies.InterventionOf($$"""{"all":[{{patterns}},{{patterns}}]}""")));
    }

    [Theory]
    [Trait("Row", "41")]
    [InlineData("like", "_", 1024, true)]
    [InlineData("like", "a", 1024, true)]
    [InlineData("like", "%", 1025, false)]
    [InlineData("rlike", "a", 1024, true)]
    [InlineData("rlike", "a", 1025, false)]
    public void A_pattern_is_as_long_as_the_engine_can_take(string comparison, string character, int length, bool accepted)
    {
        var pattern = string.Concat(Enumerable.Repeat(character, length));
        var errors = Bodies.InterventionErrors(Bodies.InterventionOf($$"""{"attribute":"g:a","operator":"{{comparison}}","value":"{{pattern}}"}"""));

        Assert.Equal(accepted ? [] : ["""["body","criteria","value"]"""], errors);
    }

    /// <summary>The engine makes the same pattern of it: what it could not make would stop everybody's events.</summary>
    [Fact]
    public void A_pattern_in_event_criteria_is_one_that_the_engine_can_take()
    {
        string Attribute(string pattern) =>
            $$$"""{"name":"a","type":"int32","aggregation":"counter","criteria":{"all":[{"property":{"type":"atomic","name":"page_url"},"operator":"like","value":"{{{pattern}}}"}]}}""";

        Assert.Empty(Bodies.AttributeErrors(Attribute("%/product/_%")));
        Assert.Equal(["""["criteria","all",0,"value"]"""], Bodies.AttributeErrors(Attribute(new string('_', 1025))));
    }

    [Theory]
    [Trait("Row", "40")]
    [InlineData("""{"criteria":{"attribute":"g:a","operator":"is null"}}""", "name")]
    [InlineData("""{"name":"i"}""", "criteria")]
    [InlineData("""{"name":"i j","criteria":{"attribute":"g:a","operator":"is null"}}""", "name")]
    [InlineData("""{"name":"i","version":0,"criteria":{"attribute":"g:a","operator":"is null"}}""", "version")]
    [InlineData("""{"name":"i","version":1000001,"criteria":{"attribute":"g:a","operator":"is null"}}""", "version")]
    [InlineData("""{"name":"i","owner":"\u0000","criteria":{"attribute":"g:a","operator":"is null"}}""", "owner")]
    public void The_usual_members_have_the_usual_rules(string body, string member) =>
        Assert.Equal([$"""["body","{member}"]"""], Bodies.InterventionErrors(body));

    [Theory]
    [InlineData("\"cooldown\":\"PT1S\"", null)]
    [InlineData("\"cooldown\":86400", null)]
    [InlineData("\"cooldown\":\"P365D\"", null)]
    [InlineData("\"cooldown\":\"PT0.5S\"", "\"cooldown\"")]
    [InlineData("\"cooldown\":\"P366D\"", "\"cooldown\"")]
    [InlineData("\"cooldown\":\"PT0S\"", "\"cooldown\"")]
    [InlineData("\"cooldown\":\"1 day\"", "\"cooldown\"")]
    [InlineData("\"frequency_cap\":{\"max\":1,\"period\":\"P1D\"}", null)]
    [InlineData("\"frequency_cap\":{\"max\":1000,\"period\":\"P365D\"}", null)]
    [InlineData("\"frequency_cap\":{\"max\":0,\"period\":\"P1D\"}", "\"frequency_cap\",\"max\"")]
    [InlineData("\"frequency_cap\":{\"max\":1001,\"period\":\"P1D\"}", "\"frequency_cap\",\"max\"")]
    [InlineData("\"frequency_cap\":{\"period\":\"P1D\"}", "\"frequency_cap\",\"max\"")]
    [InlineData("\"frequency_cap\":{\"max\":1}", "\"frequency_cap\",\"period\"")]
    [InlineData("\"frequency_cap\":{\"max\":1,\"period\":\"P366D\"}", "\"frequency_cap\",\"period\"")]
    [InlineData("\"frequency_cap\":3", "\"frequency_cap\"")]
    [InlineData("\"expires_after\":\"PT10M\"", null)]
    [InlineData("\"expires_after\":\"P2Y\"", "\"expires_after\"")]
    [InlineData("\"active_from\":\"2026-01-01\",\"active_to\":\"2026-01-02\"", null)]
    [InlineData("\"active_from\":\"2026-01-02\",\"active_to\":\"2026-01-01\"", "\"active_to\"")]
    [InlineData("\"active_from\":\"2026-01-01\",\"active_to\":\"2026-01-01\"", "\"active_to\"")]
    [InlineData("\"active_from\":\"tomorrow\"", "\"active_from\"")]
    [InlineData("\"priority\":1000", null)]
    [InlineData("\"priority\":-1000", null)]
    [InlineData("\"priority\":1001", "\"priority\"")]
    [InlineData("\"priority\":-1001", "\"priority\"")]
    [InlineData("\"priority\":1.5", "\"priority\"")]
    [InlineData("\"holdout_percentage\":0.5", null)]
    [InlineData("\"holdout_percentage\":100", null)]
    [InlineData("\"holdout_percentage\":100.1", "\"holdout_percentage\"")]
    [InlineData("\"holdout_percentage\":-0.1", "\"holdout_percentage\"")]
    [InlineData("\"holdout_percentage\":\"10\"", "\"holdout_percentage\"")]
    public void Guard_rails_have_their_ranges(string member, string? refusedAt)
    {
        var errors = Bodies.InterventionErrors(Bodies.InterventionOf("""{"attribute":"g:a","operator":"is null"}""", "," + member));

        Assert.Equal(refusedAt is null ? [] : [$"[\"body\",{refusedAt}]"], errors);
    }

    [Fact]
    [Trait("Row", "4")]
    public void A_wide_tree_of_errors_is_cut_off_at_a_hundred_of_them()
    {
        var wrong = $$"""{"any":[{{string.Join(',', Enumerable.Repeat("{}", 100))}}]}""";

        var errors = Bodies.InterventionErrors(Bodies.InterventionOf($$"""{"all":[{{string.Join(',', Enumerable.Repeat(wrong, 100))}}]}"""));

        Assert.Equal(FieldErrors.MaxKept, errors.Count);
    }

    private static string Group(int members, string comparison, string value = "null") =>
        $$"""{"any":[{{string.Join(',', Enumerable.Repeat($$"""{"attribute":"g:a","operator":"{{comparison}}","value":{{value}}}""", members))}}]}""";
}
