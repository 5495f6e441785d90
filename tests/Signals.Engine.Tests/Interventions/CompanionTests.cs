using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>Profiles that an event does not change but that a rule looks at.</summary>
public sealed class CompanionTests
{
    [Fact]
    public async Task An_event_that_changes_nothing_brings_no_other_profile_with_it()
    {
        var outbox = new InMemoryOutbox();
        var engine = new EngineUnderTest { Watcher = new InterventionEngine(outbox) };
        var latest = TestEvents.Over(AggregationKind.Last, AttributeType.Int32) with { Name = "latest" };
        engine.Definitions.Add(TestDefinitions.Group("user", 1, "user_id", latest));
        engine.Definitions.Add(TestDefinitions.Group("session", 1, "domain_sessionid", latest with { Events = [new EventFilter { Name = "page_view" }] }));
        engine.Definitions.Add(Rule(All(
            Where("user:latest", AttributeOperator.Equal, "7"), Where("session:latest", AttributeOperator.IsNull))));
        engine.Restart();

        var result = await engine.ProcessAsync(Thing("null", 1), Thing("1", 2), Thing("\"x\"", 3), Thing("7", 4), Thing("null", 5));

        Assert.Equal((5, 0), (result.Applied, result.Duplicate));
        Assert.Single(outbox.Messages.Select(message => message.InterventionId).Distinct());
        Assert.Equal("7", await engine.ReadAsync("user_v1:latest"));
    }
}
