using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>People whose ids were merged many times in a row, on a store where each step of the way is a call.</summary>
public sealed class LongChainTests
{
    private const int Length = 60;

    private readonly MemoryIdentityStore _memory = new();
    private readonly IdentityConfiguration _configuration = RandomEvents.Configuration(isUserUnique: false) with { StoreBudget = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Way_is_walked_once_and_short_after_that()
    {
        var root = await MakeChainAsync();
        var store = new CountedStore(_memory);

        Assert.Equal(root, await SeeFirstAsync(store));
        Assert.InRange(store.Reads, Length - 1, int.MaxValue);
        store.Reads = 0;
        Assert.Equal(root, await SeeFirstAsync(store));
        Assert.InRange(store.Reads, 1, 4);
    }

    [Fact]
    public async Task Way_that_is_too_long_for_one_attempt_gets_shorter_with_every_attempt()
    {
        var root = await MakeChainAsync();
        var attempts = 0;
        for (SnowplowId? found = null; found != root; attempts++)
        {
            Assert.InRange(attempts, 0, 5);
            found = await TrySeeFirstAsync(new CountedStore(_memory) { MostReads = 20 });
        }
        Assert.InRange(attempts, 2, 5);
    }

    private async Task<SnowplowId?> TrySeeFirstAsync(CountedStore store)
    {
        try
        {
            return await SeeFirstAsync(store);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Every person is older than the one before, and takes it over.</summary>
    private async Task<SnowplowId> MakeChainAsync()
    {
        var resolver = new IdentityResolver(_memory, null, TimeProvider.System);
        for (var i = 0; i < Length; i++)
            await resolver.ResolveAsync(_configuration, [RandomEvents.Event($"a{i}", 1000 - i, Device(i), Network(i))], default);
        SnowplowId root = default;
        for (var i = 1; i < Length; i++)
            root = (await resolver.ResolveAsync(_configuration, [RandomEvents.Event($"b{i}", 2000 + i, Device(i), Network(i - 1))], default))[0].Id;
        return root;
    }

    private async Task<SnowplowId> SeeFirstAsync(CountedStore store) =>
        (await new IdentityResolver(store, null, TimeProvider.System).ResolveAsync(_configuration, [RandomEvents.Event("c", 3000, Device(0))], default))[0].Id;

    private static Identifier Device(int number) => new("domain_userid", $"d{number}");

    private static Identifier Network(int number) => new("network_userid", $"n{number}");

    /// <summary>Counts reads, and answers no more than so many.</summary>
    private sealed class CountedStore(IIdentityStore inner) : IIdentityStore
    {
        public int Reads { get; set; }

        public int MostReads { get; init; } = int.MaxValue;

        public ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken) =>
            ++Reads <= MostReads
                ? inner.ReadAsync(keys, cancellationToken)
                : throw new StoreUnavailableException("The identity store", null, new TimeoutException("it took too long"));

        public ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken) =>
            inner.TryWriteAsync(change, cancellationToken);

        public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(
            IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken) =>
            inner.ScanAsync(scan, after, limit, cancellationToken);

        public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => inner.CountAsync(cancellationToken);
    }
}
