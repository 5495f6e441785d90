using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using Signals.Engine.Tests.Interventions;
using Signals.Storage.Cosmos;

namespace Signals.Simulation;

/// <summary>
/// Several instances of the streaming engine over one emulated Cosmos DB, in virtual time: batches go to any of them, begin before the checkpoint,
/// come twice, and run into one another; requests are throttled, refused, answered wrongly after they took effect, or lose races; instances die
/// amid a batch. In the end every value is the oracle's and every intervention that of an undisturbed run.
/// </summary>
internal sealed class CosmosSimulation : Site
{
    private readonly RuleScenario _scenario;
    private readonly TestDefinitions _definitions = new();
    private readonly Dictionary<int, StreamingEngine> _engines = [];
    private readonly List<LogRecord> _records;
    private int _done;
    private int _end;

    private CosmosSimulation(int seed)
        : base(seed)
    {
        _scenario = new RuleScenario(seed);
        _records = _scenario.Records();
        _scenario.AttributeGroups.ForEach(group => _definitions.Add(group));
        _scenario.Rules.ForEach(rule => _definitions.Add(rule));
    }

    protected override Random Random => _scenario.Random;

    protected override bool HasMore => _done < _end;

    /// <summary>Runs one seed.</summary>
    public static async Task<SimulationResult> RunAsync(int seed)
    {
        await using var simulation = new CosmosSimulation(seed);
        return await simulation.RunAsync();
    }

    protected override void Begin(int instance)
    {
        var account = OpenAccount();
        _engines[instance] = new StreamingEngine(
            _definitions, new CosmosProfileStore(account, Time), new CosmosBadRowStore(account), Time, new StreamingMetrics(),
            new InterventionEngine(new CosmosInterventionOutbox(account, Time), _scenario.Options));
    }

    protected override async Task DriveAsync()
    {
        for (var stretch = 0; stretch < RuleScenario.Stretches; stretch++)
        {
            Time.Now = _scenario.Times[stretch];
            _end = (stretch + 1) * RuleScenario.EventsPerStretch;
            while (HasMore)
                await TryBatchAsync();
        }
    }

    /// <summary>A batch that begins at the checkpoint or before, within one stretch.</summary>
    protected override Func<int, Task> NextBatch()
    {
        var first = Random.NextDouble() < 0.2 ? Random.Next(Math.Max(0, _done - 10), _done + 1) : _done;
        var begun = _end - RuleScenario.EventsPerStretch;
        var count = Random.Next(1, (first < begun ? begun : _end) - first + 1);
        return async instance =>
        {
            await _engines[instance].ProcessAsync(_records.GetRange(first, count), default);
            _done = Math.Max(_done, first + count);
        };
    }

    protected override bool Holds(Exception error) => error is StoreUnavailableException or ProfileContentionException;

    protected override async Task CompareAsync(List<string> problems)
    {
        await CompareInterventionsAsync(problems);
        await CompareValuesAsync(problems);
    }

    private async Task CompareInterventionsAsync(List<string> problems)
    {
        var (expected, _) = await DisturbedRun.UndisturbedAsync(new RuleScenario(Seed));
        var outbox = new CosmosInterventionOutbox(OpenAccount(), Time);
        var entries = new List<OutboxEntry>();
        while (await outbox.ReadAsync(entries.Count == 0 ? 0 : entries[^1].Sequence, 500, default) is { Count: > 0 } page)
            entries.AddRange(page);
        var actual = DisturbedRun.TextsOf(entries.Select(entry => entry.Message));
        // An event that a tracker repeats under other identifiers may fire twice for one target, with the same id: the outbox keeps the first.
        var there = actual.Select(IdentityOf).ToHashSet();
        problems.AddRange(expected.Where(text => !there.Contains(IdentityOf(text))).Select(text => $"missing: {DisturbedRun.Describe(text)}"));
        problems.AddRange(actual.Except(expected).Select(text => $"extra: {DisturbedRun.Describe(text)}"));
        if (entries.Count != actual.Count)
            problems.Add($"{entries.Count} entries in the outbox for {actual.Count} interventions");
    }

    private static (Guid, InterventionTarget) IdentityOf(string text)
    {
        var message = InterventionMessageCodec.Decode(Convert.FromHexString(text));
        return (message.InterventionId, message.Target);
    }

    private async Task CompareValuesAsync(List<string> problems)
    {
        var reader = new AttributeReader(_definitions, new CosmosProfileStore(OpenAccount(), Time), Time);
        for (var key = 0; key < RuleScenario.Keys.Length; key++)
            foreach (var attribute in _scenario.AttributeGroups[key].Attributes)
                foreach (var identifier in RuleScenario.IdentifiersOn(key))
                {
                    var expected = _scenario.Oracle(attribute, key, identifier);
                    var actual = await ReadAsync(reader, $"{_scenario.AttributeGroups[key].Name}_v1:{attribute.Name}", RuleScenario.Keys[key], identifier);
                    if (expected != actual)
                        problems.Add($"{identifier} {attribute.Name}: {actual} instead of {expected}");
                }
    }

    private static async Task<string> ReadAsync(AttributeReader reader, string attribute, string key, string identifier)
    {
        var keys = new Dictionary<string, IReadOnlyList<string>> { [key] = [identifier] };
        var result = await reader.ReadAsync(new AttributeReadRequest(null, [attribute], keys, false), default);
        return result.Error is null ? result.Columns[0].Values[0].ToJson() : throw new InvalidOperationException(result.Error);
    }
}
