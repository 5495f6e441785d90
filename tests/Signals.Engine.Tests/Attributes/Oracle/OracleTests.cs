using System.Globalization;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// The engine against the oracle, on random definitions and streams. A failure names its seed; set SIGNALS_ORACLE_SEED to run
/// that one alone, or to two numbers with a dash to run all between.
/// </summary>
public sealed class OracleTests
{
    private const int AttributesPerSeed = 25;

    private static readonly AttributeKeyDefinition User = new() { Name = "user_id" };

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromDays(7);

    public static TheoryData<int> Seeds =>
        Environment.GetEnvironmentVariable("SIGNALS_ORACLE_SEED") is { Length: > 0 } chosen
            && chosen.Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToArray() is { } seeds
                ? [.. Enumerable.Range(seeds[0], seeds[^1] - seeds[0] + 1)]
                : [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Row", "111")]
    [Trait("Row", "110")]
    public async Task Values_equal_those_of_the_oracle_whatever_happens_on_the_way(int seed)
    {
        var scenario = new RandomScenario(seed);
        var random = scenario.Random;
        var attributes = scenario.Attributes(AttributesPerSeed);
        var engine = new EngineUnderTest(attributes);
        engine.Profiles.LosesRace = _ => random.NextDouble() < 0.1;
        engine.Profiles.NextWriteFails = () => random.NextDouble() < 0.1 ? (StoreFailure)random.Next(1, 4) : StoreFailure.None;
        engine.Profiles.NextReadFails = () => random.NextDouble() < 0.03;
        var events = scenario.Events(220, TestEvents.Noon);
        var records = engine.Records(0, events.Select(e => e.ToLine().Build()));

        for (var done = 0; done < events.Count;)
        {
            var from = random.NextDouble() < 0.2 ? random.Next(done + 1) : done;
            var to = Math.Min(events.Count, done + random.Next(1, 40));
            foreach (var e in events[done..to])
                e.ProcessedAt = engine.Time.Now;
            await ProcessUntilItSucceedsAsync(engine, records.GetRange(from, to - from));
            done = to;
            if (random.NextDouble() < 0.2)
                engine.Restart();
            if (random.NextDouble() < 0.15)
                await CompareAsync(seed, engine, attributes, events[..done]);
            engine.Time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 300_000)));
        }
        await CompareAsync(seed, engine, attributes, events);
        engine.Time.Advance(TimeSpan.FromMinutes(random.Next(0, 90)));
        await CompareAsync(seed, engine, attributes, events);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Row", "111")]
    public async Task Any_order_of_the_same_events_gives_the_same_values(int seed)
    {
        var scenario = new RandomScenario(seed + 100_000);
        var attributes = scenario.Attributes(AttributesPerSeed);
        var lines = scenario.Events(120, TestEvents.Noon).Select(e => e.ToLine().Build()).ToArray();
        var ordered = await ReadAllAsync(attributes, lines, lines.Length);
        scenario.Random.Shuffle(lines);

        var shuffled = await ReadAllAsync(attributes, lines, scenario.Random.Next(1, 50));

        for (var i = 0; i < ordered.Count; i++)
            Assert.True(ordered[i] == shuffled[i], $"Seed {seed}: {Describe(attributes[i / RandomScenario.Users.Length])} gives {ordered[i]} in order and {shuffled[i]} shuffled.");
    }

    private static async Task ProcessUntilItSucceedsAsync(EngineUnderTest engine, IReadOnlyList<LogRecord> batch)
    {
        while (true)
        {
            try
            {
                await engine.ProcessAsync(batch);
                return;
            }
            catch (StoreUnavailableException)
            {
                // What the runtime does: the checkpoint stays, and the batch comes again.
            }
        }
    }

    private static async Task CompareAsync(int seed, EngineUnderTest engine, AttributeDefinition[] attributes, List<OracleEvent> events)
    {
        engine.Profiles.NextReadFails = () => false;
        foreach (var attribute in attributes)
            foreach (var user in RandomScenario.Users)
            {
                var expected = AttributeOracle.Value(attribute, events, user, engine.Time.Now, LongestTtl(attribute, attributes));
                var actual = await engine.ReadAsync($"g_v1:{attribute.Name}", user);
                Assert.True(
                    expected == actual, $"Seed {seed}, {events.Count} events, user '{user}', {engine.Time.Now:O}: {Describe(attribute)}\nexpected {expected}\nactual   {actual}");
            }
    }

    /// <summary>Equal definitions share a value, and the longest of their lifetimes.</summary>
    private static TimeSpan LongestTtl(AttributeDefinition attribute, AttributeDefinition[] attributes) => attributes
        .Where(other => DefinitionHash.Of(User, other) == DefinitionHash.Of(User, attribute)).Max(other => other.Ttl ?? DefaultTtl);

    private static async Task<List<string>> ReadAllAsync(AttributeDefinition[] attributes, byte[][] lines, int batch)
    {
        var engine = new EngineUnderTest(attributes);
        foreach (var records in engine.Records(0, lines).Chunk(batch))
            await engine.ProcessAsync(records);
        engine.Time.Advance(TimeSpan.FromMinutes(5));
        var values = new List<string>();
        foreach (var attribute in attributes)
            foreach (var user in RandomScenario.Users)
                values.Add(await engine.ReadAsync($"g_v1:{attribute.Name}", user));
        return values;
    }

    private static string Describe(AttributeDefinition attribute)
    {
        var criteria = string.Join("; ", (attribute.Criteria?.All ?? []).Select(c => $"all {Describe(c)}").Concat((attribute.Criteria?.Any ?? []).Select(c => $"any {Describe(c)}")));
        return $"{attribute.Name} = {attribute.Aggregation} as {attribute.Type} of {Describe(attribute.Property)}, period {attribute.Period}, ttl {attribute.Ttl}, "
            + $"events [{string.Join("; ", attribute.Events)}], criteria [{criteria}]";
    }

    private static string Describe(PropertyDefinition? property) =>
        property is CalculatedProperty calculated ? $"{calculated.Operation}({string.Join(", ", calculated.Properties)})" : $"{property}";

    private static string Describe(EventCriterion criterion) => $"{Describe(criterion.Property)} {criterion.Operator} {criterion.Value?.GetRawText()}";
}
