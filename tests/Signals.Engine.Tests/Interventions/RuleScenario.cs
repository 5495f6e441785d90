using System.Globalization;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>
/// Random rules over one to three keys, with guard rails, and random events that carry some of the identifiers. Everything follows from
/// the seed. The events come in stretches; the clock moves between stretches only, so that it does not matter how often one is repeated.
/// </summary>
internal sealed class RuleScenario
{
    public const int Stretches = 4;
    public const int EventsPerStretch = 20;

    private static readonly string[] Groups = ["user", "device", "session"];
    private static readonly string[] Words = ["a", "b", "c"];

    private readonly Random _random;

    public RuleScenario(int seed)
    {
        _random = new Random(seed);
        Options = new InterventionOptions { SendOncePerTarget = Chance(0.2) };
        AttributeGroups = [.. Groups.Select(Group)];
        Rules = [.. Enumerable.Range(0, 8).Select(Rule)];
        for (var i = 0; i < Stretches * EventsPerStretch; i++)
            Events.Add(Events.Count > 0 && Chance(0.06) ? Again(Pick(Events)) : Event());
        for (var i = 0; i < Stretches; i++)
            Times.Add((Times.Count == 0 ? TestEvents.Noon : Times[^1]).AddSeconds(_random.Next(0, 900)));
    }

    /// <summary>The attribute keys that the groups stand on.</summary>
    public static string[] Keys { get; } = ["user_id", "domain_userid", "domain_sessionid"];

    public Random Random => _random;

    public InterventionOptions Options { get; }

    public List<AttributeGroupDefinition> AttributeGroups { get; }

    public List<InterventionDefinition> Rules { get; }

    /// <summary>The events, each with an identifier per key or none.</summary>
    public List<(OracleEvent Event, string[] Identifiers)> Events { get; } = [];

    /// <summary>When each stretch is processed.</summary>
    public List<DateTimeOffset> Times { get; } = [];

    public static IEnumerable<string> IdentifiersOn(int key) => Enumerable.Range(1, key + 1).Select(i => $"{Groups[key]}-{i}");

    /// <summary>The records of all events.</summary>
    public List<LogRecord> Records() =>
    [
        .. Events.Select((entry, i) =>
        {
            var line = entry.Event.ToLine();
            for (var key = 0; key < Keys.Length; key++)
                line.With(Keys[key], entry.Identifiers[key]);
            return new LogRecord(new LogPosition(0, i), LogRecordKind.EnrichedLine, line.Build());
        }),
    ];

    /// <summary>The value of an attribute as the oracle sees it, as JSON.</summary>
    public string Oracle(AttributeDefinition attribute, int key, string identifier) => AttributeOracle.Value(
        attribute, Events.Select((entry, i) => entry.Event with { User = entry.Identifiers[key], ProcessedAt = Times[i / EventsPerStretch] }), identifier, Times[^1], TimeSpan.FromDays(7));

    private AttributeGroupDefinition Group(string name, int key)
    {
        // A group that takes only some of the events is looked at by others without being changed.
        EventFilter[] events = Chance(0.4) ? [new EventFilter { Name = Pick(["thing", "page_view"]) }] : [];
        return TestDefinitions.Group(name, 1, Keys[key],
            TestEvents.Counter with { Name = "count", Events = events },
            TestEvents.Over(AggregationKind.Sum, AttributeType.Int64) with { Name = "total", Events = events },
            TestEvents.Over(AggregationKind.UniqueList, AttributeType.StringList) with { Name = "seen", Events = events },
            // Set by any thing, so that it goes back and forth.
            TestEvents.Over(AggregationKind.Last, AttributeType.String) with { Name = "latest" });
    }

    private InterventionDefinition Rule(int index)
    {
        var groups = Groups.OrderBy(_ => _random.Next()).Take(Pick([1, 2, 2, 3])).ToList();
        AttributeCriteria criteria = new AttributeCriteriaGroup(
            Pick(Enum.GetValues<CriteriaGroupKind>()), [.. groups.Concat(groups.Take(_random.Next(2))).Select(Criterion)]);
        return RulesUnderTest.Rule(criteria, $"rule{index % 3}", index + 1) with
        {
            TargetAttributeKeys = Chance(0.5) ? [] : [.. Keys.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4))],
            PayloadAttributeGroups = [.. Groups.Where(_ => Chance(0.4)).Select(name => new VersionedName(name, 1))],
            Guards = new InterventionGuards
            {
                Cooldown = Chance(0.3) ? TimeSpan.FromSeconds(_random.Next(1, 900)) : null,
                FrequencyCap = Chance(0.3) ? new FrequencyCap(_random.Next(1, 4), TimeSpan.FromSeconds(_random.Next(1, 2000))) : null,
                HoldoutPercentage = Chance(0.2) ? 40 : 0,
                ExpiresAfter = Chance(0.2) ? TimeSpan.FromMinutes(5) : null,
                Priority = _random.Next(-1, 2),
            },
        };
    }

    private AttributeCriterion Criterion(string group) => _random.Next(7) switch
    {
        0 => Where($"{group}:latest", AttributeOperator.Changed),
        1 => Where($"{group}:latest", AttributeOperator.Equal, $"\"{Pick(Words)}\""),
        2 => Where($"{group}:latest", AttributeOperator.NotEqual, $"\"{Pick(Words)}\""),
        3 => Where($"{group}:count", AttributeOperator.Equal, Number()),
        4 => Where($"{group}:count", AttributeOperator.GreaterOrEqual, Number()),
        5 => Where($"{group}:seen", AttributeOperator.IsNull),
        _ => Where($"{group}:total", AttributeOperator.Less, Number()),
    };

    private string Number() => _random.Next(1, 25).ToString(CultureInfo.InvariantCulture);

    private (OracleEvent, string[]) Event()
    {
        var thing = Chance(0.7);
        var time = TestEvents.Noon.AddSeconds(Events.Count);
        return (
            new OracleEvent
            {
                Id = NextId(),
                Time = time,
                CollectedAt = time,
                User = "",
                Vendor = thing ? "com.acme" : "com.snowplowanalytics.snowplow",
                Name = thing ? "thing" : "page_view",
                Version = "1-0-0",
                Payload = thing ? new() { ["v"] = Chance(0.5) ? Pick(Words) : (decimal)_random.Next(5) } : null,
            },
            Identifiers());
    }

    /// <summary>A tracker sends an event once more, perhaps under other identifiers.</summary>
    private (OracleEvent, string[]) Again((OracleEvent Event, string[] Identifiers) entry) => (entry.Event, Chance(0.5) ? entry.Identifiers : Identifiers());

    private string[] Identifiers() => [.. Keys.Select((_, key) => Chance(0.15) ? "" : Pick(IdentifiersOn(key).ToList()))];

    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
