using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Attributes.PersonEvents;
using static Signals.Engine.Tests.Attributes.TestEvents;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>What a merge of identities does to interventions: it is an event like any other.</summary>
public sealed class MergeFiringTests
{
    private readonly RulesUnderTest _rules = new();

    public MergeFiringTests()
    {
        _rules.Engine.Definitions.Add(BuiltInAttributeKeys.All.Single(key => key.Name == Key));
        _rules.Engine.Definitions.Add(TestDefinitions.Group("person", 1, Key, Counter with { Name = "count" }));
        _rules.Publish(Rule(Where("person:count", AttributeOperator.GreaterOrEqual, "3")));
    }

    [Fact]
    public async Task A_rule_that_becomes_true_by_the_merge_fires_once_for_the_survivor()
    {
        var engine = _rules.Engine;
        await engine.ProcessPersonsAsync(PageView().Of("A"), PageView().Of("A"), PageView().Of("B"));
        Assert.Empty(_rules.SentNames);

        var merge = engine.Records(Partition, [Merge("A", "B").Build()]);
        await engine.ProcessAsync(merge);
        engine.Restart();
        await engine.ProcessAsync(merge);
        await engine.ProcessPersonsAsync(PageView().Of("A"));

        var message = Assert.Single(_rules.Outbox.Messages);
        Assert.Equal(new InterventionTarget(Key, "A"), message.Target);
    }

    [Fact]
    public async Task What_was_true_before_the_merge_does_not_fire_again()
    {
        var engine = _rules.Engine;
        await engine.ProcessPersonsAsync([PageView().Of("A"), PageView().Of("A"), PageView().Of("A"), PageView().Of("B")]);

        await engine.ProcessPersonsAsync(Merge("A", "B"), PageView().Of("B"));

        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    public async Task An_event_under_the_merged_id_fires_for_the_survivor()
    {
        var engine = _rules.Engine;
        await engine.ProcessPersonsAsync(PageView().Of("A"), Merge("A", "B"), PageView().Of("B"));

        await engine.ProcessPersonsAsync(PageView().Of("B"));

        Assert.Equal(new InterventionTarget(Key, "A"), Assert.Single(_rules.Outbox.Messages).Target);
    }
}
