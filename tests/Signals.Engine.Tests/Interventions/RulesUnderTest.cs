using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Interventions;

/// <summary>A streaming engine with interventions: groups <c>user</c> (on <c>user_id</c>) and <c>session</c> (on <c>domain_sessionid</c>).</summary>
internal sealed class RulesUnderTest
{
    public const string Session = "c2b7d1de-93a4-4a2e-8f11-6f1b0f7a9c01";

    public RulesUnderTest(InterventionOptions? options = null)
    {
        Engine = new EngineUnderTest { Watcher = new InterventionEngine(Outbox, options) };
        Engine.Definitions.Add(TestDefinitions.Group("user", 1, TestDefinitions.UserKey, Attributes()));
        Engine.Definitions.Add(TestDefinitions.Group("session", 1, "domain_sessionid", Attributes()));
        Engine.Restart();
    }

    public EngineUnderTest Engine { get; }

    public InMemoryOutbox Outbox { get; } = new();

    /// <summary>Names of the interventions sent so far, in order.</summary>
    public IEnumerable<string> SentNames => Outbox.Messages.Select(message => message.Name);

    public static AttributeCriterion Where(string attribute, AttributeOperator comparison, string? json = null)
    {
        var parts = attribute.Split(':');
        return new AttributeCriterion
        {
            Group = parts[0],
            Attribute = parts[1],
            Operator = comparison,
            Value = json is null ? null : TestDefinitions.Json(json),
        };
    }

    public static AttributeCriteriaGroup All(params AttributeCriteria[] members) => new(CriteriaGroupKind.All, members);

    public static AttributeCriteriaGroup Any(params AttributeCriteria[] members) => new(CriteriaGroupKind.Any, members);

    public static AttributeCriteriaGroup None(params AttributeCriteria[] members) => new(CriteriaGroupKind.None, members);

    public static InterventionDefinition Rule(AttributeCriteria criteria, string name = "nudge", int version = 1) =>
        new() { Name = name, Version = version, Criteria = criteria, IsPublished = true };

    public RulesUnderTest Publish(InterventionDefinition rule)
    {
        Engine.Definitions.Add(rule);
        return this;
    }

    /// <summary>An event of user <c>u1</c> in the session, with a JSON value under <c>v</c>.</summary>
    public static EnrichedLineBuilder Thing(string json = "1", double seconds = 0) =>
        TestEvents.Thing(json, seconds).With("domain_sessionid", Session);

    public static EnrichedLineBuilder[] Things(int count) => [.. Enumerable.Range(0, count).Select(second => Thing("1", second))];

    private static AttributeDefinition[] Attributes() =>
    [
        TestEvents.Counter with { Name = "count" },
        TestEvents.Over(AggregationKind.Sum, AttributeType.Double) with { Name = "total" },
        TestEvents.Over(AggregationKind.Last, AttributeType.String) with { Name = "latest" },
        TestEvents.Over(AggregationKind.UniqueList, AttributeType.StringList) with { Name = "seen" },
        TestEvents.Counter with { Name = "last_minute", Period = TimeSpan.FromMinutes(1) },
    ];
}
