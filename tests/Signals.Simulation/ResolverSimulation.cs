using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Attributes;
using Signals.Storage.Cosmos;

namespace Signals.Simulation;

/// <summary>
/// Several identity resolvers over one emulated Cosmos DB, in the same trouble as <see cref="CosmosSimulation"/>: in the end the identifiers that events
/// have tied together lead to one Snowplow ID, others to others, and of every id that was merged away a published merge event tells.
/// </summary>
internal sealed class ResolverSimulation : Site
{
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
    private readonly Dictionary<int, IdentityResolver> _resolvers = [];
    private readonly List<ResolutionRequest> _events = [];
    private readonly Dictionary<string, MergeEvent> _published = new(StringComparer.Ordinal);
    private int _done;

    private ResolverSimulation(int seed)
        : base(seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < Events; i++)
            _events.Add(Event(i));
    }

    protected override Random Random => _random;

    protected override bool HasMore => _done < Events;

    /// <summary>Runs one seed.</summary>
    public static async Task<SimulationResult> RunAsync(int seed)
    {
        await using var simulation = new ResolverSimulation(seed);
        return await simulation.RunAsync();
    }

    protected override void Begin(int instance) => _resolvers[instance] = NewResolver();

    protected override async Task DriveAsync()
    {
        while (HasMore)
            await TryBatchAsync();
    }

    /// <summary>A batch that begins at the checkpoint or before.</summary>
    protected override Func<int, Task>? NextBatch()
    {
        var first = _random.NextDouble() < 0.2 ? _random.Next(Math.Max(0, _done - 10), _done + 1) : _done;
        var count = Math.Min(_random.Next(1, LongestBatch + 1), Events - first);
        if (count <= 0)
            return null;
        return async instance =>
        {
            var resolver = _resolvers[instance];
            var results = await resolver.ResolveAsync(Configuration, _events.GetRange(first, count), default);
            await PublishAsync(resolver, [.. results.SelectMany(result => result.MergeEvents)]);
            _done = Math.Max(_done, first + count);
        };
    }

    protected override bool Holds(Exception error) => error is StoreUnavailableException;

    private IdentityResolver NewResolver() => new(new CosmosIdentityStore(OpenAccount(), Time), null, Time);

    private ResolutionRequest Event(int number)
    {
        var identifiers = Types.Where(_ => _random.NextDouble() < 0.6).Select(type => new Identifier(type, $"{_random.Next(Values)}", false)).ToList();
        if (identifiers.Count == 0)
            identifiers.Add(new Identifier(Types[0], $"{_random.Next(Values)}", false));
        return new ResolutionRequest { EventId = $"event-{number}", Time = EventTime.From(TestEvents.Noon.AddSeconds(_random.Next(1000))), AppId = "shop", Identifiers = identifiers };
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
        var sweeper = new IdentitySweeper(new CosmosIdentityStore(OpenAccount(), Time), Time);
        Time.Advance(TimeSpan.FromMinutes(5));
        await sweeper.FinishMergesAsync(1000, default);
        await PublishAsync(NewResolver(), await sweeper.OverdueMergeEventsAsync(1000, default));
        Time.Advance(TimeSpan.FromMinutes(5));
        await PublishAsync(NewResolver(), await sweeper.OverdueMergeEventsAsync(1000, default));
    }

    protected override async Task CompareAsync(List<string> problems)
    {
        await PublishOverdueAsync();
        var lookup = new IdentityLookup(new CosmosIdentityStore(OpenAccount(), Time));
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
        var store = new CosmosIdentityStore(OpenAccount(), Time);
        var items = await store.ScanAsync(IdentityScan.All(IdentityItemKind.Profile), null, 10_000, default);
        foreach (var stored in items)
            if (stored.Item is ProfileItem { Merge: not null } profile)
                merged.Add(profile.Id);
        return merged;
    }
}
