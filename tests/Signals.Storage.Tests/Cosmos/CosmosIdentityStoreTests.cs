using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosIdentityStoreTests : IdentityStoreCompliance, IAsyncLifetime
{
    private static readonly IdentifierItem Device = new(IdentityItemKey.Of("domain_userid", "d1"), "domain_userid", "d1");

    private readonly ManualTime _time = new();
    private TemporaryCosmos _cosmos = null!;

    public static TheoryData<string> LostReplies => ["reset", "503", "408", "silent"];

    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new CosmosIdentityStore(_cosmos.First, _time));

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(_time, consistency: "BoundedStaleness");
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_scan_comes_in_pages_in_the_order_of_keys()
    {
        var store = await OpenAsync();
        var ann = new SnowplowId(7, 7);
        var day = 20_000;
        foreach (var number in Enumerable.Range(0, 11).Reverse())
        {
            var value = $"d{number}";
            await CreateAsync(store, new IdentifierItem(IdentityItemKey.Of("domain_userid", value), "domain_userid", value)
            {
                Links = [new IdentityLink(ann, default, IsAlias: false)],
                LastSeenDay = day - number % 3,
            });
            await CreateAsync(store, Profile(new SnowplowId((ulong)number << 61, (ulong)number)) with
            {
                CreatedOnDay = day,
                Merge = new MergeRecord(ann, default, "e1", "shop", IsRecorded: false),
                Pending = [new PendingMerge(1, "e1", "shop", default)],
            });
            await CreateAsync(store, new IdentityTombstone(new SnowplowId((ulong)number << 61, (ulong)number), TombstoneReason.Erasure, day));
        }
        IdentityScan[] scans =
        [
            IdentityScan.All(IdentityItemKind.Identifier), IdentityScan.All(IdentityItemKind.Profile), IdentityScan.All(IdentityItemKind.Tombstone),
            IdentityScan.LinkedTo(ann), IdentityScan.LastSeenUntil("domain_userid", day), IdentityScan.CreatedOn(day), IdentityScan.UnfinishedMerges, IdentityScan.PendingMerges,
        ];

        foreach (var scan in scans)
        {
            var keys = new List<(ulong, ulong)>();
            IdentityItemKey? after = null;
            while (await store.ScanAsync(scan, after, 4, default) is { Count: > 0 } page)
            {
                Assert.Equal(Math.Min(4, 11 - keys.Count), page.Count);
                keys.AddRange(page.Select(stored => (stored.Item.Key.High, stored.Item.Key.Low)));
                after = page[^1].Item.Key;
            }
            Assert.Equal(11, keys.Distinct().Count());
            Assert.Equal(keys.Order(), keys);
        }
    }

    [Fact]
    public async Task Scans_that_find_nothing_cost_the_same_however_much_there_is()
    {
        const double leastOnTwoRanges = 2 * 2 * RequestCharges.LeastQuery;
        var store = await OpenAsync();
        for (var number = 0; number < 100; number++)
        {
            var value = $"d{number}";
            await CreateAsync(store, new IdentifierItem(IdentityItemKey.Of("domain_userid", value), "domain_userid", value) { Links = [new IdentityLink(new SnowplowId(7, 7), default, IsAlias: false)], LastSeenDay = 9 });
            await CreateAsync(store, Profile(new SnowplowId(1, (ulong)number)));
        }
        IdentityScan[] scans =
        [
            IdentityScan.LinkedTo(new SnowplowId(8, 8)), IdentityScan.LastSeenUntil("domain_userid", 8), IdentityScan.CreatedOn(1), IdentityScan.UnfinishedMerges, IdentityScan.PendingMerges,
        ];

        foreach (var scan in scans)
        {
            _cosmos.Emulator.Meter.Reset();
            Assert.Empty(await store.ScanAsync(scan, null, 100, default));
            Assert.InRange(_cosmos.Emulator.Meter.Read().Where(count => count.Operation == CosmosOperation.Query).Sum(count => count.RequestUnits), leastOnTwoRanges, leastOnTwoRanges + 0.1);
        }
    }

    [Fact]
    public async Task Types_and_days_whose_names_begin_alike_are_told_apart()
    {
        var store = await OpenAsync();
        foreach (var type in new[] { "user", "user_id" })
            await CreateAsync(store, new IdentifierItem(IdentityItemKey.Of(type, "1"), type, "1") { LastSeenDay = 5 });
        foreach (var day in new[] { 2_000, 20_000 })
            await CreateAsync(store, Profile(new SnowplowId(0, (ulong)day)) with { CreatedOnDay = day });

        Assert.Single(await store.ScanAsync(IdentityScan.LastSeenUntil("user", 5), null, 10, default));
        Assert.Single(await store.ScanAsync(IdentityScan.CreatedOn(2_000), null, 10, default));
        Assert.Equal(2, (await store.CountAsync(default)).Identifiers.Count);
    }

    [Fact]
    public async Task Counts_are_a_minute_old_at_most()
    {
        var store = await OpenAsync();
        Assert.Equal(0, (await store.CountAsync(default)).Profiles);
        await CreateAsync(store, Profile(new SnowplowId(1, 1)));
        _cosmos.Emulator.Meter.Reset();

        Assert.Equal(0, (await store.CountAsync(default)).Profiles);
        Assert.Equal(0, _cosmos.Emulator.Meter.Total("identity-profiles", CosmosOperation.Query).Requests);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await store.CountAsync(default)).Profiles);
    }

    [Fact]
    public async Task Reads_show_what_another_process_wrote_although_a_replica_lags()
    {
        var (store, other) = (await OpenAsync(), new CosmosIdentityStore(_cosmos.Second, _time));
        Assert.Null(Assert.Single(await store.ReadAsync([Device.Key], default)));
        await other.TryWriteAsync(ItemChange.Create(Device), default);
        Order(Fault.StaleRead, CosmosOperation.ReadItem, count: null);

        Assert.NotNull(Assert.Single(await store.ReadAsync([Device.Key], default)));
    }

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task Creation_whose_answer_was_lost_is_no_lost_race(string how)
    {
        var store = Impatient();
        var lost = Order(LostReply(how), CosmosOperation.CreateItem);

        var version = await store.TryWriteAsync(ItemChange.Create(Device), default);

        Assert.Equal(1, lost.Strikes());
        Assert.NotNull(await store.TryWriteAsync(ItemChange.Replace(Device with { LastSeenDay = 1 }, version!.Value), default));
    }

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task Replacement_whose_answer_was_lost_is_no_lost_race(string how)
    {
        var store = Impatient();
        var first = (await store.TryWriteAsync(ItemChange.Create(Device), default))!.Value;
        Order(LostReply(how), CosmosOperation.ReplaceItem);

        var second = await store.TryWriteAsync(ItemChange.Replace(Device with { LastSeenDay = 1 }, first), default);

        Assert.NotNull(await store.TryWriteAsync(ItemChange.Replace(Device with { LastSeenDay = 2 }, second!.Value), default));
    }

    [Theory]
    [InlineData("503")]
    [InlineData("408")]
    [InlineData("silent")]
    public async Task Deletion_whose_answer_was_lost_is_no_lost_race(string how)
    {
        var store = Impatient();
        var version = (await store.TryWriteAsync(ItemChange.Create(Device), default))!.Value;
        Order(LostReply(how), CosmosOperation.DeleteItem);

        Assert.NotNull(await store.TryWriteAsync(ItemChange.Delete(Device.Key, version), default));
        Assert.Null(Assert.Single(await store.ReadAsync([Device.Key], default)));
    }

    [Fact]
    public async Task Same_item_of_another_writer_is_a_lost_race()
    {
        await new CosmosIdentityStore(_cosmos.Second, _time).TryWriteAsync(ItemChange.Create(Device), default);

        Assert.Null(await (await OpenAsync()).TryWriteAsync(ItemChange.Create(Device), default));
    }

    [Fact]
    public async Task Write_that_was_not_done_is_not_taken_for_one_whose_answer_was_lost()
    {
        var store = Impatient();
        var version = (await store.TryWriteAsync(ItemChange.Create(Device), default))!.Value;
        Order(Fault.Status(503), CosmosOperation.ReplaceItem, count: null);
        Order(Fault.Status(503), CosmosOperation.DeleteItem, count: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.TryWriteAsync(ItemChange.Replace(Device with { LastSeenDay = 1 }, version), default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.TryWriteAsync(ItemChange.Delete(Device.Key, version), default));

        Assert.Equal(version, Assert.Single(await store.ReadAsync([Device.Key], default))!.Value.Version);
    }

    [Fact]
    public async Task Store_that_goes_on_throttling_is_unavailable()
    {
        Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(20)), CosmosOperation.ReadItem, count: null);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Impatient().ReadAsync([Device.Key], default));

        Assert.Equal(TimeSpan.FromMilliseconds(20), error.RetryAfter);
    }

    private static Fault LostReply(string how) => how switch
    {
        "reset" => Fault.ReplyLost,
        "silent" => Fault.ReplySilent,
        var status => Fault.ReplyReplaced(int.Parse(status)),
    };

    private static ProfileItem Profile(SnowplowId id) => new() { Id = id, CreatedAt = default, CreatedBy = "e1" };

    private static async Task CreateAsync(IIdentityStore store, IdentityItem item) => Assert.NotNull(await store.TryWriteAsync(ItemChange.Create(item), default));

    private CosmosIdentityStore Impatient() => new(
        _cosmos.Open(options => options with { RequestTimeout = TimeSpan.FromSeconds(2), ThrottlingRetries = 2, LongestThrottling = TimeSpan.FromSeconds(1) }), _time);

    private ActiveFault Order(Fault fault, CosmosOperation operation, int? count = 1) =>
        _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Operations = [operation], Container = "identifiers", Count = count });
}

/// <summary>The worked scenarios on a graph in Cosmos DB.</summary>
public sealed class CosmosIdentityScenarioTests : IdentityScenarioTests, IAsyncLifetime
{
    private readonly TemporaryCosmos _cosmos = new();

    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new CosmosIdentityStore(_cosmos.First, TimeProvider.System));

    public Task InitializeAsync() => _cosmos.CreateAsync();

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();
}
