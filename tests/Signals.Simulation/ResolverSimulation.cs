using Signals.CosmosEmulator;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Attributes;
using Signals.Storage.Cosmos;

namespace Signals.Simulation;

/// <summary>
/// Several identity resolvers over one emulated Cosmos DB, in the same trouble as <see cref="CosmosSimulation"/>: in the end the identifiers that events
/// have tied together lead to one Snowplow ID, others to others, and of every id that was merged away a published merge event tells.
/// </summary>
internal sealed class ResolverSimulation : IAsyncDisposable
{
    private const int Instances = 3;
    private const int Events = 60;
    private const int Values = 25;
    private const int LongestBatch = 8;

    private static readonly string[] Types = ["a", "b", "c"];

    private static readonly IdentityConfiguration Configuration = new()
    {
        Identifiers = [.. Types.Select((name, i) => new IdentifierType { Name = name, Field = new AtomicReference(AtomicColumns.UserId + i), Priority = 10 - i })],
        Limits = IdentityLimits.Off,
        // In virtual time no store is slow; what is away is tried again, as a partition is held.
        StoreBudget = TimeSpan.FromMinutes(10),
    };

    private readonly Random _random;
    private readonly FakeTimeProvider _time = new(TestEvents.Noon);
    private readonly EmulatedCosmos _cosmos;
    private readonly List<CosmosAccount> _accounts = [];
    private readonly IdentityResolver[] _resolvers = new IdentityResolver[Instances];
    private readonly List<ResolutionRequest> _events = [];
    private readonly Dictionary<string, MergeEvent> _published = new(StringComparer.Ordinal);
    private readonly Trouble _trouble;
    private int _done;
    private int _busy;
    private bool _isNested;

    private ResolverSimulation(int seed)
    {
        _random = new Random(seed);
        _cosmos = new EmulatedCosmos(new CosmosEmulatorOptions { Clock = _time });
        _trouble = new Trouble(seed, OvertakeAsync);
        for (var i = 0; i < Events; i++)
            _events.Add(Event(i));
    }

    /// <summary>Instances that died and were begun anew.</summary>
    public int Deaths { get; private set; }

    /// <summary>Runs one seed.</summary>
    public static async Task<SimulationResult> RunAsync(int seed)
    {
        await using var simulation = new ResolverSimulation(seed);
        await simulation.OpenAccount().EnsureCreatedAsync(default);
        for (var instance = 0; instance < Instances; instance++)
            simulation._resolvers[instance] = simulation.NewResolver();
        simulation._cosmos.Faults.Decide(simulation._trouble.Decide);
        while (simulation._done < Events)
            await simulation.TryBatchAsync();
        simulation._cosmos.Faults.Decide(_ => null);
        await simulation.PublishOverdueAsync();
        return new SimulationResult(seed, await simulation.CompareAsync(), simulation.Deaths, simulation._trouble.Strikes);
    }

    public async ValueTask DisposeAsync()
    {
        _accounts.ForEach(account => account.Dispose());
        await _cosmos.DisposeAsync();
    }

    private CosmosAccount OpenAccount()
    {
        var options = new CosmosOptions { Endpoint = _cosmos.Endpoint, Emulator = true, ThrottlingRetries = 0 };
        var account = new CosmosAccount(options, httpClientFactory: () => new HttpClient(_cosmos.CreateHandler()));
        _accounts.Add(account);
        return account;
    }

    private IdentityResolver NewResolver() => new(new CosmosIdentityStore(OpenAccount(), _time), null, _time);

    private ResolutionRequest Event(int number)
    {
        var identifiers = Types.Where(_ => _random.NextDouble() < 0.6).Select(type => new Identifier(type, $"{_random.Next(Values)}", false)).ToList();
        if (identifiers.Count == 0)
            identifiers.Add(new Identifier(Types[0], $"{_random.Next(Values)}", false));
        return new ResolutionRequest { EventId = $"event-{number}", Time = EventTime.From(TestEvents.Noon.AddSeconds(_random.Next(1000))), AppId = "shop", Identifiers = identifiers };
    }

    /// <summary>A batch that begins at the checkpoint or before, on any instance that is not amid one.</summary>
    private async Task TryBatchAsync()
    {
        var first = _random.NextDouble() < 0.2 ? _random.Next(Math.Max(0, _done - 10), _done + 1) : _done;
        var count = Math.Min(_random.Next(1, LongestBatch + 1), Events - first);
        if (count <= 0)
            return;
        var instance = (_busy + 1 + _random.Next(Instances - 1)) % Instances;
        var before = _busy;
        try
        {
            _busy = instance;
            var results = await _resolvers[instance].ResolveAsync(Configuration, _events.GetRange(first, count), default);
            await PublishAsync(_resolvers[instance], [.. results.SelectMany(result => result.MergeEvents)]);
            _done = Math.Max(_done, first + count);
        }
        catch (StoreUnavailableException)
        {
            if (_random.NextDouble() < 0.5)
                return;
            _resolvers[instance] = NewResolver();
            Deaths++;
        }
        finally
        {
            _busy = before;
        }
    }

    private async Task PublishAsync(IdentityResolver resolver, IReadOnlyList<MergeEvent> merges)
    {
        foreach (var merge in merges)
            _published[merge.EventId] = merge;
        await resolver.MarkPublishedAsync(merges, default);
    }

    /// <summary>What a process that died left to the sweeper.</summary>
    private async Task PublishOverdueAsync()
    {
        var sweeper = new IdentitySweeper(new CosmosIdentityStore(OpenAccount(), _time), _time);
        _time.Advance(TimeSpan.FromMinutes(5));
        await sweeper.FinishMergesAsync(1000, default);
        await PublishAsync(NewResolver(), await sweeper.OverdueMergeEventsAsync(1000, default));
        _time.Advance(TimeSpan.FromMinutes(5));
        await PublishAsync(NewResolver(), await sweeper.OverdueMergeEventsAsync(1000, default));
    }

    private async Task OvertakeAsync()
    {
        if (_isNested)
            return;
        _isNested = true;
        for (var batches = _random.Next(1, 3); batches > 0 && _done < Events; batches--)
            await TryBatchAsync();
        _isNested = false;
    }

    private async Task<List<string>> CompareAsync()
    {
        var problems = new List<string>();
        var lookup = new IdentityLookup(new CosmosIdentityStore(OpenAccount(), _time));
        var roots = new Dictionary<Identifier, SnowplowId>();
        foreach (var identifier in _events.SelectMany(one => one.Identifiers).Distinct())
        {
            if (await lookup.FindAsync(identifier, default) is { Roots: [var root] })
                roots[identifier] = root.Id;
            else
                problems.Add($"{identifier.Type}={identifier.Value} leads to no single id");
        }
        CompareComponents(roots, problems);
        var told = _published.Values.SelectMany(merge => merge.Merged.Select(child => child.Id)).ToHashSet();
        foreach (var merged in await MergedAsync())
            if (!told.Contains(merged))
                problems.Add($"no merge event tells of {merged}");
        return problems;
    }

    private void CompareComponents(Dictionary<Identifier, SnowplowId> roots, List<string> problems)
    {
        var component = roots.Keys.ToDictionary(identifier => identifier, identifier => identifier);
        foreach (var one in _events)
            foreach (var other in one.Identifiers.Skip(1))
            {
                var (from, to) = (component.GetValueOrDefault(other), component.GetValueOrDefault(one.Identifiers[0]));
                foreach (var identifier in component.Keys.Where(identifier => component[identifier] == from).ToList())
                    component[identifier] = to;
            }
        foreach (var tied in roots.GroupBy(entry => component[entry.Key]).Where(tied => tied.Select(entry => entry.Value).Distinct().Count() > 1))
            problems.Add($"{string.Join(", ", tied.Select(entry => $"{entry.Key.Type}={entry.Key.Value}"))} are one person with several ids");
        foreach (var shared in roots.GroupBy(entry => entry.Value).Where(shared => shared.Select(entry => component[entry.Key]).Distinct().Count() > 1))
            problems.Add($"{shared.Key} is several persons");
    }

    private async Task<List<SnowplowId>> MergedAsync()
    {
        var merged = new List<SnowplowId>();
        var store = new CosmosIdentityStore(OpenAccount(), _time);
        var items = await store.ScanAsync(IdentityScan.All(IdentityItemKind.Profile), null, 10_000, default);
        foreach (var stored in items)
            if (stored.Item is ProfileItem { Merge: not null } profile)
                merged.Add(profile.Id);
        return merged;
    }
}
