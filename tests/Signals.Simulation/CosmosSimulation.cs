using Signals.CosmosEmulator;
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
internal sealed class CosmosSimulation : IAsyncDisposable
{
    private const int Instances = 3;

    private readonly int _seed;
    private readonly RuleScenario _scenario;
    private readonly FakeTimeProvider _time = new(TestEvents.Noon);
    private readonly TestDefinitions _definitions = new();
    private readonly EmulatedCosmos _cosmos;
    private readonly List<CosmosAccount> _accounts = [];
    private readonly StreamingEngine[] _engines = new StreamingEngine[Instances];
    private readonly List<LogRecord> _records;
    private readonly Trouble _trouble;
    private int _done;
    private int _end;
    private bool _isNested;

    /// <summary>The instance that is amid a batch: nobody else is asked to work beside it in the same process.</summary>
    private int _busy;

    private CosmosSimulation(int seed)
    {
        _seed = seed;
        _scenario = new RuleScenario(seed);
        _records = _scenario.Records();
        _cosmos = new EmulatedCosmos(new CosmosEmulatorOptions { Clock = _time });
        _scenario.AttributeGroups.ForEach(group => _definitions.Add(group));
        _scenario.Rules.ForEach(rule => _definitions.Add(rule));
        _trouble = new Trouble(seed, OvertakeAsync);
    }

    /// <summary>Instances that died and were begun anew.</summary>
    public int Deaths { get; private set; }

    /// <summary>Runs one seed. What is wrong in the end, one line each; empty when nothing is.</summary>
    public static async Task<SimulationResult> RunAsync(int seed)
    {
        await using var simulation = new CosmosSimulation(seed);
        await simulation.OpenAccount().EnsureCreatedAsync(default);
        for (var instance = 0; instance < Instances; instance++)
            simulation._engines[instance] = simulation.NewEngine();
        simulation._cosmos.Faults.Decide(simulation._trouble.Decide);
        await simulation.DriveAsync();
        simulation._cosmos.Faults.Decide(_ => null);
        var problems = new List<string>();
        await simulation.CompareInterventionsAsync(problems);
        await simulation.CompareValuesAsync(problems);
        return new SimulationResult(seed, problems, simulation.Deaths, simulation._trouble.Strikes);
    }

    public async ValueTask DisposeAsync()
    {
        _accounts.ForEach(account => account.Dispose());
        await _cosmos.DisposeAsync();
    }

    private CosmosAccount OpenAccount()
    {
        // What the client does about throttling takes real time, so the stores hear of it at once.
        var options = new CosmosOptions { Endpoint = _cosmos.Endpoint, Emulator = true, ThrottlingRetries = 0 };
        var account = new CosmosAccount(options, httpClientFactory: () => new HttpClient(_cosmos.CreateHandler()));
        _accounts.Add(account);
        return account;
    }

    /// <summary>An instance as a process begins it: nothing in memory.</summary>
    private StreamingEngine NewEngine()
    {
        var account = OpenAccount();
        return new StreamingEngine(
            _definitions, new CosmosProfileStore(account, _time), new CosmosBadRowStore(account), _time, new StreamingMetrics(),
            new InterventionEngine(new CosmosInterventionOutbox(account, _time), _scenario.Options));
    }

    private async Task DriveAsync()
    {
        for (var stretch = 0; stretch < RuleScenario.Stretches; stretch++)
        {
            _time.Now = _scenario.Times[stretch];
            _end = (stretch + 1) * RuleScenario.EventsPerStretch;
            while (_done < _end)
                await TryBatchAsync();
        }
    }

    /// <summary>A batch that begins at the checkpoint or before, on any instance; one that fails may be the last of its instance.</summary>
    private async Task TryBatchAsync()
    {
        var random = _scenario.Random;
        var first = random.NextDouble() < 0.2 ? random.Next(Math.Max(0, _done - 10), _done + 1) : _done;
        var begun = _end - RuleScenario.EventsPerStretch;
        var count = random.Next(1, (first < begun ? begun : _end) - first + 1);
        var instance = (_busy + 1 + random.Next(Instances - 1)) % Instances;
        var before = _busy;
        try
        {
            _busy = instance;
            await _engines[instance].ProcessAsync(_records.GetRange(first, count), default);
            _done = Math.Max(_done, first + count);
        }
        catch (Exception error) when (error is StoreUnavailableException or ProfileContentionException)
        {
            if (random.NextDouble() < 0.5)
                return;
            _engines[instance] = NewEngine();
            Deaths++;
        }
        finally
        {
            _busy = before;
        }
    }

    /// <summary>While one instance waits for an answer, another works on the partition.</summary>
    private async Task OvertakeAsync()
    {
        if (_isNested)
            return;
        _isNested = true;
        for (var batches = _scenario.Random.Next(1, 3); batches > 0 && _done < _end; batches--)
            await TryBatchAsync();
        _isNested = false;
    }

    private async Task CompareInterventionsAsync(List<string> problems)
    {
        var (expected, _) = await DisturbedRun.UndisturbedAsync(new RuleScenario(_seed));
        var outbox = new CosmosInterventionOutbox(OpenAccount(), _time);
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
        var reader = new AttributeReader(_definitions, new CosmosProfileStore(OpenAccount(), _time), _time);
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

/// <summary>What came of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Problems">What is wrong; empty when nothing is.</param>
/// <param name="Deaths">Instances that died on the way.</param>
/// <param name="Strikes">Requests that something went wrong with.</param>
internal sealed record SimulationResult(int Seed, IReadOnlyList<string> Problems, int Deaths, int Strikes)
{
    public override string ToString() => Problems.Count == 0
        ? $"Seed {Seed}: as undisturbed, after {Strikes} troubles and {Deaths} deaths of instances."
        : $"Seed {Seed}: {Problems.Count} differences, after {Strikes} troubles and {Deaths} deaths.\n{string.Join('\n', Problems.Take(20))}";
}
