using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>When a rule fires (spec signals-api 11.3).</summary>
public sealed class RuleFiringTests
{
    private readonly RulesUnderTest _rules = new();

    [Fact]
    [Trait("Row", "77")]
    public async Task A_rule_fires_on_the_event_that_makes_it_true_and_never_again_while_it_stays_true()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.GreaterOrEqual, "5")));
        for (var i = 0; i < 10; i++)
        {
            await _rules.Engine.ProcessAsync(Thing("1", i));
            Assert.Equal(i < 4 ? 0 : 1, _rules.Outbox.Messages.Count);
        }
    }

    [Fact]
    [Trait("Row", "77")]
    public async Task A_batch_that_passes_through_the_value_fires_once()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "5")));
        await _rules.Engine.ProcessAsync(Things(3));
        await _rules.Engine.ProcessAsync(Things(5));
        var message = Assert.Single(_rules.Outbox.Messages);
        Assert.Equal(new InterventionTarget("user_id", "u1"), message.Target);
    }

    [Fact]
    public async Task A_rule_that_comes_true_twice_in_one_batch_fires_twice()
    {
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Equal, "\"a\"")));
        await _rules.Engine.ProcessAsync(Thing("\"a\"", 1), Thing("\"b\"", 2), Thing("\"a\"", 3));
        Assert.Equal(2, _rules.Outbox.Messages.DistinctBy(message => message.InterventionId).Count());
    }

    [Fact]
    [Trait("Row", "81")]
    [Trait("Row", "82")]
    public async Task Criteria_on_two_keys_see_both_profiles_and_send_one_id_to_both()
    {
        _rules.Publish(Rule(All(Where("user:count", AttributeOperator.GreaterOrEqual, "3"), Where("session:count", AttributeOperator.GreaterOrEqual, "2"))));
        await _rules.Engine.ProcessAsync(TestEvents.Thing("1"), Thing(), Thing());
        Assert.Equal(
            [new InterventionTarget("user_id", "u1"), new InterventionTarget("domain_sessionid", Session)],
            _rules.Outbox.Messages.Select(message => message.Target));
        Assert.Single(_rules.Outbox.Messages.Select(message => message.InterventionId).Distinct());
    }

    [Fact]
    [Trait("Row", "81")]
    public async Task Targets_that_are_named_receive_it_in_their_order_and_those_without_identifier_are_left_out()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "1")) with
        {
            TargetAttributeKeys = ["domain_sessionid", "domain_userid", "user_id"],
        });
        await _rules.Engine.ProcessAsync(Thing());
        Assert.Equal(["domain_sessionid", "user_id"], _rules.Outbox.Messages.Select(message => message.Target.AttributeKey));
    }

    [Fact]
    public async Task An_event_without_the_other_identifier_leaves_its_attributes_without_value()
    {
        _rules.Publish(Rule(All(Where("user:count", AttributeOperator.GreaterOrEqual, "1"), Where("session:count", AttributeOperator.IsNull)), "no_session"));
        await _rules.Engine.ProcessAsync(Thing());
        Assert.Empty(_rules.Outbox.Messages);
        await _rules.Engine.ProcessAsync(TestEvents.Thing("1").With("user_id", "u2"));
        Assert.Equal(["no_session"], _rules.SentNames);
    }

    [Fact]
    [Trait("Row", "78")]
    public async Task Changed_fires_at_the_first_value_and_at_every_change()
    {
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Changed)));
        await _rules.Engine.ProcessAsync(Thing("\"a\"", 1));
        await _rules.Engine.ProcessAsync(Thing("\"a\"", 2));
        await _rules.Engine.ProcessAsync(Thing("\"b\"", 3));
        Assert.Equal(2, _rules.Outbox.Messages.Count);
    }

    [Fact]
    [Trait("Row", "78")]
    public async Task Changed_together_with_others_fires_on_every_change_while_the_others_hold()
    {
        _rules.Publish(Rule(All(Where("user:latest", AttributeOperator.Changed), Where("user:count", AttributeOperator.GreaterOrEqual, "2"))));
        await _rules.Engine.ProcessAsync(Thing("\"a\"", 1), Thing("\"b\"", 2), Thing("\"b\"", 3), Thing("\"c\"", 4));
        Assert.Equal(2, _rules.Outbox.Messages.Count);
    }

    [Fact]
    [Trait("Row", "80")]
    public async Task A_reference_means_the_latest_published_version_that_has_the_attribute()
    {
        var definitions = _rules.Engine.Definitions;
        var things = new EventFilter { Vendor = "com.acme", Name = "thing" };
        definitions.Add(TestDefinitions.Group("user", 2, "user_id", TestEvents.Counter with { Name = "count", Events = [things] }));
        definitions.Add(TestDefinitions.Group("user", 3, "user_id", TestEvents.Counter with { Name = "other" }));
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "2")));

        await _rules.Engine.ProcessAsync(TestEvents.PageView(1), TestEvents.PageView(2));
        Assert.Empty(_rules.Outbox.Messages);
        await _rules.Engine.ProcessAsync(Thing("1", 3), Thing("1", 4));
        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    public async Task A_windowed_rule_fires_again_after_the_window_has_slid_below()
    {
        _rules.Publish(Rule(Where("user:last_minute", AttributeOperator.GreaterOrEqual, "2")));
        await _rules.Engine.ProcessAsync(Thing("1", 0), Thing("1", 1), Thing("1", 2));
        Assert.Single(_rules.Outbox.Messages);
        _rules.Engine.Time.Advance(TimeSpan.FromMinutes(5));
        await _rules.Engine.ProcessAsync(Thing("1", 299), Thing("1", 300));
        Assert.Equal(2, _rules.Outbox.Messages.Count);
    }

    [Fact]
    public async Task A_republished_rule_that_is_already_true_waits_for_the_next_edge()
    {
        var rule = Rule(Where("user:count", AttributeOperator.GreaterOrEqual, "2"));
        await _rules.Engine.ProcessAsync(Things(3));
        _rules.Publish(rule);
        await _rules.Engine.ProcessAsync(Things(3));
        Assert.Empty(_rules.Outbox.Messages);
        _rules.Publish(Rule(Where("user:count", AttributeOperator.GreaterOrEqual, "8"), version: 2));
        await _rules.Engine.ProcessAsync(Things(3));
        Assert.Equal([2], _rules.Outbox.Messages.Select(message => message.Version));
    }

    [Fact]
    public async Task A_duplicate_event_fires_nothing()
    {
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Changed)));
        var thing = Thing("\"a\"");
        await _rules.Engine.ProcessAsync(thing, thing);
        await _rules.Engine.ProcessAsync(thing);
        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    [Trait("Row", "42")]
    [Trait("Row", "76")]
    public async Task The_payload_holds_the_values_after_the_event_as_json_text_without_nulls()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "2")) with
        {
            PayloadAttributeGroups = [new VersionedName("user", 1)],
        });
        await _rules.Engine.ProcessAsync(Thing("\"250\"", 1), Thing("\"a\"", 2));
        var message = Assert.Single(_rules.Outbox.Messages);
        Assert.Equal("2", message.Attributes["count"]);
        Assert.Equal("250.0", message.Attributes["total"]);
        Assert.Equal("\"a\"", message.Attributes["latest"]);
        Assert.Equal("""["250","a"]""", message.Attributes["seen"]);
    }

    [Fact]
    [Trait("Row", "76")]
    public async Task Without_payload_groups_the_payload_is_empty()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "1")));
        await _rules.Engine.ProcessAsync(Thing());
        Assert.Empty(Assert.Single(_rules.Outbox.Messages).Attributes);
    }

    [Fact]
    public async Task Payload_settings_give_raw_strings_and_qualified_names()
    {
        var rules = new RulesUnderTest(new InterventionOptions { PayloadStringsRaw = true, PayloadNamesQualified = true });
        rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "1")) with { PayloadAttributeGroups = [new VersionedName("user", 1)] });
        await rules.Engine.ProcessAsync(Thing("\"a\""));
        Assert.Equal("a", Assert.Single(rules.Outbox.Messages).Attributes["user:latest"]);
    }

    [Theory]
    [Trait("Row", "22")]
    [Trait("Row", "79")]
    [InlineData(AttributeOperator.Equal, "\"b\"", true)]
    [InlineData(AttributeOperator.NotEqual, "\"a\"", true)]
    [InlineData(AttributeOperator.NotEqual, "\"b\"", false)]
    [InlineData(AttributeOperator.Less, "\"c\"", true)]
    [InlineData(AttributeOperator.LessOrEqual, "\"b\"", true)]
    [InlineData(AttributeOperator.Greater, "\"a\"", true)]
    [InlineData(AttributeOperator.GreaterOrEqual, "\"c\"", false)]
    [InlineData(AttributeOperator.Like, "\"_\"", true)]
    [InlineData(AttributeOperator.NotLike, "\"a%\"", true)]
    [InlineData(AttributeOperator.RegexLike, "\"^[a-c]$\"", true)]
    [InlineData(AttributeOperator.NotRegexLike, "\"b\"", false)]
    [InlineData(AttributeOperator.In, "[\"x\",\"b\"]", true)]
    [InlineData(AttributeOperator.In, "\"b\"", true)]
    [InlineData(AttributeOperator.NotIn, "[\"x\",\"b\"]", false)]
    [InlineData(AttributeOperator.NotIn, "\"z\"", true)]
    [InlineData(AttributeOperator.IsNotNull, null, true)]
    public async Task Operators_compare_the_value_after_the_event(AttributeOperator comparison, string? operand, bool fires)
    {
        _rules.Publish(Rule(Where("user:latest", comparison, operand)));
        await _rules.Engine.ProcessAsync(Thing("\"b\""));
        Assert.Equal(fires ? 1 : 0, _rules.Outbox.Messages.Count);
    }

    [Theory]
    [Trait("Row", "79")]
    [InlineData(AttributeOperator.NotEqual, "1")]
    [InlineData(AttributeOperator.NotLike, "\"a\"")]
    [InlineData(AttributeOperator.NotRegexLike, "\"a\"")]
    [InlineData(AttributeOperator.NotIn, "[1]")]
    [InlineData(AttributeOperator.IsNotNull, null)]
    public async Task Without_a_value_every_operator_but_is_null_is_false(AttributeOperator comparison, string? operand)
    {
        _rules.Publish(Rule(All(Where("user:count", AttributeOperator.Equal, "1"), Where("user:latest", comparison, operand)), "other"));
        _rules.Publish(Rule(All(Where("user:count", AttributeOperator.Equal, "1"), Where("user:latest", AttributeOperator.IsNull)), "is_null"));
        await _rules.Engine.ProcessAsync(TestEvents.PageView());
        Assert.Equal(["is_null"], _rules.SentNames);
    }

    [Fact]
    [Trait("Row", "22")]
    public async Task In_with_a_scalar_looks_into_a_list()
    {
        _rules.Publish(Rule(Where("user:seen", AttributeOperator.In, "\"b\"")));
        await _rules.Engine.ProcessAsync(Thing("\"a\"", 1));
        Assert.Empty(_rules.Outbox.Messages);
        await _rules.Engine.ProcessAsync(Thing("\"b\"", 2), Thing("\"c\"", 3));
        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    [Trait("Row", "22")]
    public async Task Groups_nest()
    {
        _rules.Publish(Rule(All(
            Any(Where("user:count", AttributeOperator.Greater, "10"), Where("user:total", AttributeOperator.GreaterOrEqual, "7")),
            None(Where("user:latest", AttributeOperator.Equal, "\"3\""), Where("user:count", AttributeOperator.Equal, "1")))));
        await _rules.Engine.ProcessAsync(Thing("4", 1));
        await _rules.Engine.ProcessAsync(Thing("3", 2));
        Assert.Empty(_rules.Outbox.Messages);
        await _rules.Engine.ProcessAsync(Thing("1", 3));
        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    public async Task The_higher_priority_comes_first()
    {
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "1"), "a_low"));
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "1"), "z_high") with { Guards = new InterventionGuards { Priority = 5 } });
        await _rules.Engine.ProcessAsync(Thing());
        Assert.Equal(["z_high", "a_low"], _rules.SentNames);
    }

    [Fact]
    public async Task Messages_come_in_the_order_of_their_events_and_priorities_whatever_profile_they_wait_in()
    {
        _rules.Publish(Rule(Where("session:count", AttributeOperator.Greater, "0"), "first_of_session") with { Guards = new InterventionGuards { Priority = 1 } });
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "2"), "second_of_user") with { Guards = new InterventionGuards { Priority = 2 } });
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Equal, "\"c\""), "c"));
        await _rules.Engine.ProcessAsync(
            TestEvents.Thing("\"a\"", 1), Thing("\"b\"", 2), Thing("\"c\"", 3), Thing("\"d\"", 4).With("domain_sessionid", Session.Replace('c', 'd')));
        Assert.Equal(["second_of_user", "first_of_session", "c", "first_of_session"], _rules.SentNames);
    }
}
