using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Interventions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// Persons with several Snowplow IDs that merge bit by bit, on two partitions, with failures, restarts, lost races and
/// redelivery: in the end every id of a person answers what the oracle computes from all events of the person.
/// </summary>
public sealed class MergeOracleTests
{
    private const int IdsPerPerson = 4;

    public static TheoryData<int> Seeds =>
        Environment.GetEnvironmentVariable("SIGNALS_ORACLE_SEED") is { Length: > 0 } chosen
            ? [int.Parse(chosen, System.Globalization.CultureInfo.InvariantCulture)]
            : [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Every_id_of_a_person_answers_for_all_events_of_the_person(int seed) => RunAsync(seed, (_, _) => { });

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Rules_about_the_person_and_what_all_persons_share_change_no_value_and_say_one_thing_each(int seed)
    {
        var outbox = new InMemoryOutbox();
        await RunAsync(seed, (engine, attributes) =>
        {
            engine.Definitions.Add(new AttributeKeyDefinition { Name = "app", Key = "app_id", IsPublished = true });
            engine.Definitions.Add(TestDefinitions.Group("app", 1, "app", TestEvents.Counter with { Name = "count" }));
            foreach (var attribute in attributes)
                engine.Definitions.Add(RulesUnderTest.Rule(
                    RulesUnderTest.All(RulesUnderTest.Where($"g:{attribute.Name}", AttributeOperator.Changed), RulesUnderTest.Where("app:count", AttributeOperator.IsNotNull)), attribute.Name) with
                {
                    PayloadAttributeGroups = [new VersionedName("app", 1)],
                    Guards = new InterventionGuards { FrequencyCap = new FrequencyCap(20, TimeSpan.FromHours(1)) },
                });
            engine.Watcher = new InterventionEngine(outbox);
        });

        Assert.NotEmpty(outbox.Messages);
        Assert.Equal(outbox.Messages.Count, DisturbedRun.TextsOf(outbox.Arrivals).Count);
    }

    private static async Task RunAsync(int seed, Action<EngineUnderTest, AttributeDefinition[]> prepare)
    {
        var scenario = new RandomScenario(seed);
        var random = scenario.Random;
        var attributes = scenario.Attributes(25).Where(attribute => attribute.Ttl is null).ToArray();
        var engine = PersonEvents.NewEngine(attributes);
        prepare(engine, attributes);
        engine.Restart();
        engine.Profiles.WritesTogether = false;
        engine.Profiles.LosesRace = _ => random.NextDouble() < 0.1;
        engine.Profiles.NextWriteFails = () => random.NextDouble() < 0.15 ? (StoreFailure)random.Next(1, 5) : StoreFailure.None;
        engine.Profiles.NextReadFails = () => random.NextDouble() < 0.03;
        var events = scenario.Events(200, TestEvents.Noon).Where(e => e.User.Length > 0).ToList();
        var logs = LogsOf(random, events).Select((lines, log) => engine.Records(LogPartitions.Resolved(log), lines)).ToList();
        int[] done = [0, 0];

        while (done[0] < logs[0].Count || done[1] < logs[1].Count)
        {
            var log = random.Next(2);
            var from = random.NextDouble() < 0.2 ? Math.Max(0, done[log] - random.Next(30)) : done[log];
            var to = Math.Min(logs[log].Count, done[log] + random.Next(1, 40));
            if (from == to)
                continue;
            if (await TryProcessAsync(engine, logs[log].GetRange(from, to - from)))
                done[log] = to;
            if (random.NextDouble() < 0.3)
                engine.Restart();
        }
        foreach (var e in events)
            e.ProcessedAt = engine.Time.Now;

        engine.Profiles.NextReadFails = () => false;
        engine.Time.Advance(TimeSpan.FromMinutes(random.Next(0, 90)));
        foreach (var attribute in attributes)
            foreach (var user in RandomScenario.Users.Where(user => user.Length > 0))
                foreach (var id in IdsOf(user))
                {
                    var expected = AttributeOracle.Value(attribute, events, user, engine.Time.Now, TimeSpan.FromDays(7));
                    var actual = await engine.ReadPersonAsync(id, attribute.Name);
                    Assert.True(expected == actual, $"Seed {seed}, {id}, {attribute.Name} = {attribute.Aggregation}, period {attribute.Period}: expected {expected}, actual {actual}");
                }
    }

    /// <summary>
    /// Two logs: events under any id of their person that is known to be merged in the end, and merge events at random places,
    /// each of which names everything that was merged into the survivor so far.
    /// </summary>
    private static List<byte[]>[] LogsOf(Random random, List<OracleEvent> events)
    {
        var lines = new List<(double Place, byte[] Line)>[] { [], [] };
        var stamps = new Dictionary<Guid, string>();
        for (var i = 0; i < events.Count; i++)
        {
            // A tracker's repetition resolves to the same person under the same id.
            if (!stamps.TryGetValue(events[i].Id, out var id))
                stamps.Add(events[i].Id, id = IdsOf(events[i].User)[random.Next(IdsPerPerson)]);
            lines[id[^1] & 1].Add((i, events[i].ToLine().Of(id).Build()));
        }
        foreach (var user in events.Select(e => e.User).Distinct())
            foreach (var merge in MergesOf(random, IdsOf(user)))
                lines[random.Next(2)].Add((random.NextDouble() * events.Count, merge));
        return [.. lines.Select(log => log.OrderBy(entry => entry.Place).Select(entry => entry.Line).ToList())];
    }

    /// <summary>A random order in which ids become one, the older always the survivor.</summary>
    private static IEnumerable<byte[]> MergesOf(Random random, string[] ids)
    {
        var groups = ids.Select(id => new List<string> { id }).ToList();
        while (groups.Count > 1)
        {
            var older = random.Next(groups.Count - 1);
            var younger = random.Next(older + 1, groups.Count);
            groups[older].AddRange(groups[younger]);
            groups.RemoveAt(younger);
            yield return PersonEvents.Merge(groups[older][0], groups[older].Skip(1).Order(StringComparer.Ordinal)).Build();
        }
    }

    private static string[] IdsOf(string user) => [.. Enumerable.Range(0, IdsPerPerson).Select(i => $"sp_{user}_{i}")];

    private static async Task<bool> TryProcessAsync(EngineUnderTest engine, IReadOnlyList<LogRecord> batch)
    {
        try
        {
            await engine.ProcessAsync(batch);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
