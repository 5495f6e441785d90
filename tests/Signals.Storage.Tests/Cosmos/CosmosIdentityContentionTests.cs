using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Identities;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

/// <summary>
/// Several processes resolve events of the same people at the same time, while everything goes wrong that can between them and Cosmos
/// DB (spec identities, 11.1 and 11.5; the steps in every order are tested with the protocol itself).
/// </summary>
public sealed class CosmosIdentityContentionTests : IAsyncLifetime
{
    private const int Processes = 4;
    private const int LongestBatch = 5;

    private static readonly CosmosOperation[] Items = [CosmosOperation.ReadItem, CosmosOperation.CreateItem, CosmosOperation.ReplaceItem];
    private static readonly CosmosOperation[] Writes = [CosmosOperation.CreateItem, CosmosOperation.ReplaceItem];

    private readonly TemporaryCosmos _cosmos = new(consistency: "BoundedStaleness");

    public Task InitializeAsync() => _cosmos.CreateAsync();

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    public static TheoryData<int, bool> Runs
    {
        get
        {
            var runs = new TheoryData<int, bool>();
            for (var seed = 1; seed <= 20; seed++)
                runs.Add(seed, seed % 2 == 0);
            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Graph_is_that_of_events_one_by_one(int seed, bool isUserUnique)
    {
        var configuration = RandomEvents.Configuration(isUserUnique) with { StoreBudget = TimeSpan.FromMinutes(1) };
        var events = RandomEvents.Make(new Random(seed), 60, isUserUnique);
        var faults = OrderFaults(seed, share: 0.02);
        var published = new List<MergeEvent>[Processes];

        await Task.WhenAll(Enumerable.Range(0, Processes).Select(process => Task.Run(async () =>
            published[process] = await ResolveAllAsync(NewStore(), configuration, Share(events, process), new Random(seed + process)))));

        Assert.InRange(faults.Sum(fault => fault.Strikes()), 10, int.MaxValue);
        _cosmos.Emulator.Faults.Clear();
        var store = NewStore();
        while (await new IdentitySweeper(store, TimeProvider.System).FinishMergesAsync(100, default) > 0)
        {
        }
        var graph = await GraphDump.OfAsync(store);
        GraphInvariants.Check(graph, events, isUserUnique ? "user_id" : null);
        await CheckPublishedAsync(store, graph, [.. published.SelectMany(merges => merges)]);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task Ids_given_during_an_outage_lead_to_those_that_would_have_been_given_without(int seed, bool isUserUnique)
    {
        var configuration = RandomEvents.Configuration(isUserUnique) with { StoreBudget = TimeSpan.FromSeconds(20) };
        var visits = Returning.FirstVisits();
        var events = Returning.LaterEvents(new Random(seed), isUserUnique);
        var undisturbed = await UndisturbedAsync(configuration, [.. visits, .. events]);
        var deferred = Enumerable.Range(0, Processes).Select(_ => new ListedDeferredEvents()).ToList();

        await new IdentityResolver(NewStore(), null, TimeProvider.System).ResolveAsync(configuration, visits, default);
        OrderFaults(seed, share: 0.06);
        var given = await Task.WhenAll(Enumerable.Range(0, Processes).Select(process => Task.Run(async () =>
            await ResolveOnceAsync(new IdentityResolver(NewStore(), deferred[process], new ManualTime()), configuration, Share(events, process)))));
        _cosmos.Emulator.Faults.Clear();
        var fallbacks = given.SelectMany(results => results).Count(result => result.Outcome == ResolutionOutcome.Fallback);
        Assert.InRange(fallbacks, 1, events.Count - 1);
        await Task.WhenAll(deferred.Select(queue => Task.Run(() => ReconcileAsync(configuration, queue))));

        var graph = await GraphDump.OfAsync(NewStore());
        Assert.All(given.SelectMany(results => results), result => Assert.Contains(graph.RootOf(result.Id)!.Value, undisturbed.Values));
        Assert.Equal(
            undisturbed.OrderBy(entry => entry.Key, StringComparer.Ordinal),
            graph.Identifiers.ToDictionary(item => $"{item.Type}:{item.Value}", item => Assert.Single(graph.RootsOf(item))).OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    private static IReadOnlyList<ResolutionRequest> Share(IReadOnlyList<ResolutionRequest> events, int process) => [.. events.Where((_, index) => index % Processes == process)];

    /// <summary>Resolves events as a process does that reads a log: a batch again until it is answered, in a new process where the store was away.</summary>
    private static async Task<List<MergeEvent>> ResolveAllAsync(
        CosmosIdentityStore store, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> events, Random random)
    {
        var published = new List<MergeEvent>();
        for (var first = 0; first < events.Count;)
        {
            ResolutionRequest[] batch = [.. events.Skip(first).Take(1 + random.Next(LongestBatch))];
            try
            {
                var resolver = new IdentityResolver(store, null, TimeProvider.System);
                var results = await resolver.ResolveAsync(configuration, batch, default);
                MergeEvent[] merges = [.. results.SelectMany(result => result.MergeEvents)];
                published.AddRange(merges);
                await resolver.MarkPublishedAsync(merges, default);
                first += batch.Length;
            }
            catch (StoreUnavailableException)
            {
                // The partition is held: the batch comes again.
            }
        }
        return published;
    }

    private static async Task<List<ResolutionResult>> ResolveOnceAsync(
        IdentityResolver resolver, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> events)
    {
        var results = new List<ResolutionResult>();
        foreach (var batch in events.Chunk(LongestBatch))
            results.AddRange(await resolver.ResolveAsync(configuration, batch, default));
        return results;
    }

    private async Task ReconcileAsync(IdentityConfiguration configuration, ListedDeferredEvents queue)
    {
        var reconciler = new IdentityReconciler(NewStore(), TimeProvider.System);
        while (await queue.ReadAsync(LongestBatch, default) is { Count: > 0 } queued)
        {
            var replayed = await reconciler.ReplayAsync(configuration, [.. queued.Select(entry => entry.Event)], default);
            Assert.All(replayed, replay => Assert.False(replay.IsUnresolved, replay.Event.Request.EventId));
            await queue.RemoveAsync([.. queued.Select(entry => entry.Sequence)], default);
        }
    }

    /// <summary>The id of every identifier when the events come one by one to a store that always answers.</summary>
    private static async Task<Dictionary<string, SnowplowId>> UndisturbedAsync(IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> events)
    {
        var store = new MemoryIdentityStore();
        await ResolveOnceAsync(new IdentityResolver(store, null, TimeProvider.System), configuration, events);
        var graph = await GraphDump.OfAsync(store);
        return graph.Identifiers.ToDictionary(item => $"{item.Type}:{item.Value}", item => Assert.Single(graph.RootsOf(item)));
    }

    /// <summary>Every root told of all that it absorbed, whether by an event that was written or by one that waits; and one id never tells two things.</summary>
    private static async Task CheckPublishedAsync(CosmosIdentityStore store, GraphDump graph, List<MergeEvent> published)
    {
        var later = new ManualTime();
        later.Advance(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) - later.GetUtcNow());
        published.AddRange(await new IdentitySweeper(store, later).OverdueMergeEventsAsync(1000, default));
        foreach (var root in graph.Profiles.Values.Where(profile => profile.IsRoot && !profile.Children.IsEmpty))
        {
            var newest = published.Where(merge => merge.Id == root.Id).MaxBy(merge => merge.Merged.Length);
            Assert.NotNull(newest);
            Assert.Equal(root.Children.Select(child => child.Id).Order(), newest.Merged.Select(child => child.Id).Order());
        }
        Assert.All(
            published.GroupBy(merge => merge.EventId),
            same => Assert.Single(same.Select(merge => Convert.ToHexString(MergeEventLine.ToBytes(merge))).Distinct()));
    }

    /// <summary>A process of its own, whose client gives up soon.</summary>
    private CosmosIdentityStore NewStore() => new(
        _cosmos.Open(options => options with { ThrottlingRetries = 2, LongestThrottling = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromSeconds(10) }), TimeProvider.System);

    private ActiveFault[] OrderFaults(int seed, double share) =>
    [
        Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(1)), Items, 2 * share, seed),
        Order(Fault.Status(503), Items, share / 2, seed + 1),
        Order(Fault.ConnectionReset, Items, share / 2, seed + 2),
        Order(Fault.ReplyLost, Writes, share, seed + 3),
        Order(Fault.ReplyReplaced(503), Writes, share, seed + 4),
        Order(Fault.RaceLost, Writes, 2 * share, seed + 5),
    ];

    private ActiveFault Order(Fault fault, IReadOnlyList<CosmosOperation> operations, double share, int seed) =>
        _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Operations = operations, Count = null, Share = share, Seed = (ulong)seed });

    /// <summary>
    /// People who came once with their device before the outage, so that it is known which id each has to have: what they do later, logged in or
    /// with other identifiers, makes younger ids.
    /// </summary>
    private static class Returning
    {
        private const int People = 6;
        private const int Events = 60;

        public static IReadOnlyList<ResolutionRequest> FirstVisits() =>
            [.. Enumerable.Range(0, People).Select(person => RandomEvents.Event($"first{person}", 0, Device(person)))];

        public static IReadOnlyList<ResolutionRequest> LaterEvents(Random random, bool isUserUnique)
        {
            var events = Enumerable.Range(0, Events).Select(number => Later(random, number, random.Next(People), isUserUnique));
            var last = Enumerable.Range(0, People).Select(person => Event($"last{person}", 100, [User(person), Device(person), Network(person)], isUserUnique));
            return [.. events, .. last];
        }

        private static ResolutionRequest Later(Random random, int number, int person, bool isUserUnique)
        {
            Identifier[] all = [User(person), Device(person), Network(person)];
            var chosen = 1 + random.Next(7);
            return Event($"e{number}", 1 + random.Next(99), [.. all.Where((_, index) => (chosen >> index & 1) == 1)], isUserUnique);
        }

        private static ResolutionRequest Event(string id, int minute, Identifier[] identifiers, bool isUserUnique)
        {
            var request = RandomEvents.Event(id, minute, identifiers);
            return isUserUnique && identifiers[0].Type == "user_id" ? request with { UniqueValue = identifiers[0].Value } : request;
        }

        private static Identifier User(int person) => new("user_id", $"u{person}");

        private static Identifier Device(int person) => new("domain_userid", $"d{person}");

        private static Identifier Network(int person) => new("network_userid", $"n{person}");
    }
}
