using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Batches: the same as their events one by one, whoever else writes, and whenever the process dies.</summary>
public sealed class BatchTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Batch_makes_the_graph_and_the_merge_events_of_its_events_one_by_one(bool isAtomic, bool isUserUnique)
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var events = RandomEvents.Make(new Random(seed), 30, isUserUnique);

            var (together, graph) = await RunAsync([events], isAtomic, isUserUnique);
            var (singly, expected) = await RunAsync([.. events.Select(request => new[] { request })], isAtomic, isUserUnique);

            Assert.Equal(singly.Select(result => (result.Id, result.Outcome, result.IsNew)), together.Select(result => (result.Id, result.Outcome, result.IsNew)));
            Assert.Equal(MergeEvents(singly), MergeEvents(together));
            Assert.Equal(Facts(expected), Facts(graph));
        }
    }

    [Fact]
    public async Task Both_ways_to_write_make_the_same_graph()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var isUserUnique = seed % 2 == 0;
            var events = RandomEvents.Make(new Random(seed), 30, isUserUnique);

            var (atomic, graph) = await RunAsync([events], isAtomic: true, isUserUnique);
            var (protocol, expected) = await RunAsync([events], isAtomic: false, isUserUnique);

            Assert.Equal(protocol.Select(result => (result.Id, result.Outcome)), atomic.Select(result => (result.Id, result.Outcome)));
            Assert.Equal(Facts(expected), Facts(graph));
        }
    }

    [Fact]
    public async Task Several_resolvers_on_one_store_see_what_the_others_write()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var store = new MemoryIdentityStore();
            var events = RandomEvents.Make(new Random(seed), 60, isUserUnique: false);
            var parts = events.Chunk(5).Select((batch, index) => (batch, index)).GroupBy(part => part.index % 3);

            await Task.WhenAll(parts.Select(part => Task.Run(async () =>
            {
                var resolver = new IdentityResolver(store, null, TimeProvider.System);
                foreach (var (batch, _) in part)
                    await resolver.ResolveAsync(Configuration(isUserUnique: false), batch, default);
            })));

            GraphInvariants.Check(await GraphDump.OfAsync(store), events, uniqueType: null);
        }
    }

    [Fact]
    public async Task Copies_in_memory_do_not_outlive_an_erasure()
    {
        var store = new MemoryIdentityStore();
        var resolver = new IdentityResolver(store, null, TimeProvider.System);
        var request = RandomEvents.Event("e1", 1, new Identifier("user_id", "u1"));
        var before = await ResolveAsync();

        var erasure = new ErasureRequest { Inputs = [new ErasureInput(request.Identifiers[0], null)], Caller = "test" };
        await new IdentityEraser(store, null, TimeProvider.System).EraseAsync(erasure, default);

        Assert.NotEqual(before, await ResolveAsync());

        async Task<SnowplowId> ResolveAsync() => (await resolver.ResolveAsync(Configuration(isUserUnique: false), [request], default))[0].Id;
    }

    [Fact]
    public async Task Little_memory_for_copies_changes_nothing()
    {
        var events = RandomEvents.Make(new Random(1), 60, isUserUnique: false);
        var store = new MemoryIdentityStore();
        var resolver = new IdentityResolver(store, null, TimeProvider.System, new IdentityResolverOptions { CachedItems = 4 });
        foreach (var batch in events.Chunk(7))
            await resolver.ResolveAsync(Configuration(isUserUnique: false), batch, default);

        GraphInvariants.Check(await GraphDump.OfAsync(store), events, uniqueType: null);
    }

    [Fact]
    public async Task Merge_events_of_a_batch_that_was_lost_come_again_and_are_the_same()
    {
        var store = new MemoryIdentityStore();
        RandomEventsOfTwo(out var first, out var second, out var bridge);
        var resolver = new IdentityResolver(store, null, TimeProvider.System);
        var results = await resolver.ResolveAsync(Configuration(isUserUnique: false), [first, second, bridge], default);
        var lost = Assert.Single(results[2].MergeEvents);

        var repeated = await new IdentityResolver(store, null, TimeProvider.System)
            .ResolveAsync(Configuration(isUserUnique: false), [first, second, bridge], default);

        var again = Assert.Single(repeated[2].MergeEvents);
        Assert.Equal(MergeEventLine.ToBytes(lost), MergeEventLine.ToBytes(again));
        Assert.Empty(repeated[2].Merged);

        await resolver.MarkPublishedAsync([again], default);
        var third = await resolver.ResolveAsync(Configuration(isUserUnique: false), [bridge], default);
        Assert.Empty(third[0].MergeEvents);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_batch_brings_every_merge_event_again_also_of_survivors_that_were_merged_in_it(bool isAtomic)
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var memory = new MemoryIdentityStore();
            IIdentityStore store = isAtomic ? memory : new SwitchedStore(memory);
            var events = RandomEvents.Make(new Random(seed), 20, isUserUnique: false);
            var lost = await new IdentityResolver(store, null, new ManualTime()).ResolveAsync(Configuration(isUserUnique: false), events, default);

            var again = await new IdentityResolver(store, null, new ManualTime()).ResolveAsync(Configuration(isUserUnique: false), events, default);

            Assert.Equal(MergeEvents(lost).Distinct().Order(), MergeEvents(again).Distinct().Order());
        }
    }

    [Fact]
    public async Task Merge_event_that_nobody_published_is_overdue_after_half_a_minute()
    {
        var store = new MemoryIdentityStore();
        var time = new ManualTime();
        RandomEventsOfTwo(out var first, out var second, out var bridge);
        var results = await new IdentityResolver(store, null, time).ResolveAsync(Configuration(isUserUnique: false), [first, second, bridge], default);
        var sweeper = new IdentitySweeper(store, time);

        Assert.Empty(await sweeper.OverdueMergeEventsAsync(10, default));
        time.Advance(TimeSpan.FromSeconds(30));
        var overdue = Assert.Single(await sweeper.OverdueMergeEventsAsync(10, default));

        Assert.Equal(MergeEventLine.ToBytes(results[2].MergeEvents[0]), MergeEventLine.ToBytes(overdue));
    }

    [Fact]
    public async Task Known_event_is_resolved_without_a_write()
    {
        var store = new MemoryIdentityStore();
        var resolver = new IdentityResolver(store, null, TimeProvider.System);
        var request = RandomEvents.Event("e1", 1, new Identifier("user_id", "u1"), new Identifier("domain_userid", "d1"));
        await resolver.ResolveAsync(Configuration(isUserUnique: false), [request], default);
        var mark = await store.ChangesAsync(0, [], default);

        await resolver.ResolveAsync(Configuration(isUserUnique: false), [request with { EventId = "e2" }], default);

        Assert.Equal(mark, await store.ChangesAsync(0, [], default));
    }

    private static void RandomEventsOfTwo(out ResolutionRequest first, out ResolutionRequest second, out ResolutionRequest bridge)
    {
        first = RandomEvents.Event("e1", 1, new Identifier("domain_userid", "d1"));
        second = RandomEvents.Event("e2", 2, new Identifier("domain_userid", "d2"));
        bridge = RandomEvents.Event("e3", 3, new Identifier("domain_userid", "d1"), new Identifier("domain_userid", "d2"));
    }

    private static IdentityConfiguration Configuration(bool isUserUnique) =>
        RandomEvents.Configuration(isUserUnique) with { StoreBudget = TimeSpan.FromMinutes(1) };

    private static async Task<(IReadOnlyList<ResolutionResult> Results, GraphDump Graph)> RunAsync(
        IReadOnlyList<IReadOnlyList<ResolutionRequest>> batches, bool isAtomic, bool isUserUnique)
    {
        var memory = new MemoryIdentityStore();
        var resolver = new IdentityResolver(
            isAtomic ? memory : new SwitchedStore(memory), null, new ManualTime(), new IdentityResolverOptions { ParallelPeople = 1 });
        var results = new List<ResolutionResult>();
        foreach (var batch in batches)
        {
            results.AddRange(await resolver.ResolveAsync(Configuration(isUserUnique), batch, default));
            await resolver.MarkPublishedAsync([.. results.SelectMany(result => result.MergeEvents)], default);
        }
        return (results, await GraphDump.OfAsync(memory));
    }

    private static IEnumerable<string> MergeEvents(IReadOnlyList<ResolutionResult> results) =>
        results.SelectMany(result => result.MergeEvents).Select(merge => Convert.ToHexString(MergeEventLine.ToBytes(merge)));

    /// <summary>What the graph says, without what is merely remembered on the way.</summary>
    private static IEnumerable<string> Facts(GraphDump graph) =>
        graph.Identifiers.OrderBy(item => item.Type).ThenBy(item => item.Value)
            .Select(item => $"{item.Type}:{item.Value} {string.Join(' ', item.Links.Select(link => link.Profile))} {item.AnonymousId}")
            .Concat(graph.Profiles.Values.OrderBy(profile => profile.Id).Select(profile =>
                $"{profile.Id} {profile.Kind} {profile.CreatedAt} {profile.Merge?.Into} {string.Join(' ', profile.Owners)} {string.Join(' ', profile.Children.Select(child => child.Id).Order())}"));
}
