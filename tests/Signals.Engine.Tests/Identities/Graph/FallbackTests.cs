using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 9: what happens when the store does not answer, and after.</summary>
public sealed class FallbackTests
{
    private static readonly IdentityConfiguration Configuration = RandomEvents.Configuration(isUserUnique: false);

    private readonly ManualTime _time = new();
    private readonly ListedDeferredEvents _queue = new();
    private readonly MemoryIdentityStore _memory = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_get_the_fallback_id_of_their_leading_identifier_and_wait_in_the_queue(bool isAtomic)
    {
        var store = Switched(isAtomic);
        store.IsDown = true;
        var events = new[] { See("e1", "domain_userid:d1"), See("e2", "user_id:u1", "domain_userid:d1") };

        var results = await new IdentityResolver(store, _queue, _time).ResolveAsync(Configuration with { Version = 7 }, events, default);

        var derivation = new SnowplowIdDerivation(Configuration);
        Assert.Equal([derivation.OfIdentifier(new("domain_userid", "d1"), 0), derivation.OfIdentifier(new("user_id", "u1"), 0)], results.Select(result => result.Id));
        Assert.All(results, result => Assert.Equal(ResolutionOutcome.Fallback, result.Outcome));
        var queued = await _queue.ReadAsync(10, default);
        Assert.Equal(["e1", "e2"], queued.Select(entry => entry.Event.Request.EventId));
        Assert.Equal(results.Select(result => result.Id), queued.Select(entry => entry.Event.Request.FallbackId));
        Assert.All(queued, entry => Assert.Equal(7, entry.Event.ConfigurationVersion));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Alias_does_not_lead_while_an_own_identifier_is_there(bool isAtomic)
    {
        var store = Switched(isAtomic);
        store.IsDown = true;
        var request = RandomEvents.Event("e1", 1, new("domain_userid", "referring", IsAlias: true), new("network_userid", "own"));

        var result = Assert.Single(await new IdentityResolver(store, _queue, _time).ResolveAsync(Configuration, [request], default));

        Assert.Equal(new SnowplowIdDerivation(Configuration).OfIdentifier(new("network_userid", "own"), 0), result.Id);
    }

    [Fact]
    public async Task Without_a_queue_there_is_no_fallback()
    {
        var store = Switched(isAtomic: true);
        store.IsDown = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await new IdentityResolver(store, null, _time).ResolveAsync(Configuration, [See("e1", "domain_userid:d1")], default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Store_that_takes_longer_than_its_budget_counts_as_away(bool isAtomic)
    {
        var slow = new SlowStore(_memory);
        IIdentityStore store = isAtomic ? new SlowAtomicStore(slow, _memory) : slow;
        var resolver = new IdentityResolver(store, _queue, TimeProvider.System);

        var result = Assert.Single(await resolver.ResolveAsync(
            Configuration with { StoreBudget = TimeSpan.FromMilliseconds(20) }, [See("e1", "domain_userid:d1")], default));

        Assert.Equal(ResolutionOutcome.Fallback, result.Outcome);
        Assert.Single(await _queue.ReadAsync(10, default));
    }

    [Fact]
    public async Task Caller_who_gives_up_gets_no_fallback()
    {
        using var cancellation = new CancellationTokenSource();
        var resolving = new IdentityResolver(new SlowStore(_memory), _queue, TimeProvider.System)
            .ResolveAsync(Configuration with { StoreBudget = TimeSpan.FromMinutes(1) }, [See("e1", "domain_userid:d1")], cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await resolving);
        Assert.Empty(await _queue.ReadAsync(10, default));
    }

    [Fact]
    public async Task Store_that_fails_five_times_is_left_alone_for_thirty_seconds_and_then_twice_as_long()
    {
        var store = Switched(isAtomic: false);
        store.IsDown = true;
        var resolver = new IdentityResolver(store, _queue, _time);
        for (var failures = 0; failures < 5; failures++)
            await resolver.ResolveAsync(Configuration, [See("e1", "domain_userid:d1")], default);
        store.IsDown = false;

        Assert.Equal(ResolutionOutcome.Fallback, await OutcomeAsync());
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(ResolutionOutcome.Fallback, await OutcomeAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        store.IsDown = true;
        Assert.Equal(ResolutionOutcome.Fallback, await OutcomeAsync());
        store.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(ResolutionOutcome.Fallback, await OutcomeAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ResolutionOutcome.New, await OutcomeAsync());

        async Task<ResolutionOutcome> OutcomeAsync() =>
            Assert.Single(await resolver.ResolveAsync(Configuration, [See("e1", "domain_userid:d1")], default)).Outcome;
    }

    /// <summary>Section 9 as a whole: an outage changes which ids events carry at first, but not who belongs together in the end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_an_outage_people_are_those_of_an_undisturbed_run(bool isAtomic)
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var memory = new MemoryIdentityStore();
            SwitchedStore store = isAtomic ? new SwitchedAtomicStore(memory) : new SwitchedStore(memory);
            var events = RandomEvents.Make(random, 4 + random.Next(16), isUserUnique: false);
            var stamped = await StreamAsync(store, events, random);

            var graph = await GraphDump.OfAsync(memory);
            GraphInvariants.Check(graph, events, uniqueType: null);
            foreach (var (request, id) in stamped)
            {
                var root = Assert.Single(request.Identifiers.SelectMany(identifier => graph.RootsOf(identifier.Type, identifier.Value)).Distinct());
                Assert.Equal(root, graph.RootOf(id));
            }
        }
    }

    private async Task<List<(ResolutionRequest Request, SnowplowId Id)>> StreamAsync(
        SwitchedStore store, IReadOnlyList<ResolutionRequest> events, Random random)
    {
        var queue = new ListedDeferredEvents();
        var resolver = new IdentityResolver(store, queue, TimeProvider.System);
        var reconciler = new IdentityReconciler(store, TimeProvider.System);
        var configuration = Configuration with { StoreBudget = TimeSpan.FromMinutes(1) };
        var stamped = new List<(ResolutionRequest, SnowplowId)>();
        foreach (var request in events)
        {
            // Shorter than five events in a row, or the store would be left alone.
            store.IsDown = stamped.Count % 5 != 0 && random.Next(2) == 0;
            stamped.Add((request, Assert.Single(await resolver.ResolveAsync(configuration, [request], default)).Id));
        }
        store.IsDown = false;
        var queued = await queue.ReadAsync(100, default);
        var replayed = await reconciler.ReplayAsync(configuration, [.. queued.Select(entry => entry.Event)], default);
        Assert.All(replayed, entry => Assert.False(entry.IsUnresolved));
        return stamped;
    }

    private SwitchedStore Switched(bool isAtomic) => isAtomic ? new SwitchedAtomicStore(_memory) : new SwitchedStore(_memory);

    private static ResolutionRequest See(string id, params string[] identifiers) => RandomEvents.Event(
        id, 1, [.. identifiers.Select(identifier => new Identifier(identifier.Split(':')[0], identifier.Split(':')[1]))]);

    /// <summary>Answers nothing before the caller gives up.</summary>
    private sealed class SlowStore(IIdentityStore inner) : IIdentityStore
    {
        public async ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        }

        public ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken) =>
            inner.TryWriteAsync(change, cancellationToken);

        public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(
            IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken) =>
            inner.ScanAsync(scan, after, limit, cancellationToken);

        public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => inner.CountAsync(cancellationToken);
    }

    private sealed class SlowAtomicStore(SlowStore slow, MemoryIdentityStore inner) : IAtomicIdentityStore
    {
        public ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken) =>
            slow.ReadAsync(keys, cancellationToken);

        public ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken) =>
            inner.TryWriteAsync(change, cancellationToken);

        public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(
            IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken) =>
            inner.ScanAsync(scan, after, limit, cancellationToken);

        public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => inner.CountAsync(cancellationToken);

        public ValueTask<WrittenTogether?> TryWriteTogetherAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellationToken) =>
            inner.TryWriteTogetherAsync(changes, cancellationToken);

        public ValueTask<long?> ChangesAsync(long since, ICollection<IdentityItemKey> changed, CancellationToken cancellationToken) =>
            inner.ChangesAsync(since, changed, cancellationToken);
    }
}
