using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every identity store has to do. A subclass gives an empty store to each test.</summary>
public abstract class IdentityStoreCompliance
{
    private const int Day = 20_000;
    private static readonly EventTime At = EventTime.FromUnixMilliseconds(1_772_359_200_000);
    private static readonly SnowplowId Ann = Id(1);
    private static readonly SnowplowId Bob = Id(2);

    /// <summary>An empty store.</summary>
    protected abstract Task<IIdentityStore> OpenAsync();

    [Fact]
    public async Task Items_come_back_as_they_were_written()
    {
        var store = await OpenAsync();
        IdentityItem[] items = [FullIdentifier(), FullProfile(), new IdentityTombstone(Bob, TombstoneReason.Erasure, Day)];
        foreach (var item in items)
            Assert.NotNull(await store.TryWriteAsync(ItemChange.Create(item), default));

        var found = await store.ReadAsync([.. items.Select(item => item.Key)], default);

        Assert.Equal(items.Select(Form), found.Select(stored => Form(stored!.Value.Item)));
    }

    [Fact]
    public async Task Entries_stand_in_the_order_of_their_keys_and_what_is_not_there_is_null()
    {
        var store = await OpenAsync();
        await CreateAsync(store, Identifier("d2"), Identifier("d1"));

        var found = await store.ReadAsync([Key("d1"), Key("d3"), Key("d2")], default);

        Assert.Equal(["d1", null, "d2"], found.Select(stored => ((IdentifierItem?)stored?.Item)?.Value));
    }

    [Fact]
    public async Task Kinds_do_not_get_into_each_others_way()
    {
        var store = await OpenAsync();
        await CreateAsync(store, Profile(Ann), new IdentityTombstone(Ann, TombstoneReason.TimeToLive, Day));

        var found = await store.ReadAsync([IdentityItemKey.Profile(Ann), IdentityItemKey.Tombstone(Ann)], default);

        Assert.IsType<ProfileItem>(found[0]!.Value.Item);
        Assert.IsType<IdentityTombstone>(found[1]!.Value.Item);
    }

    [Fact]
    public async Task Hundreds_of_items_are_read_at_once()
    {
        var store = await OpenAsync();
        var values = Enumerable.Range(0, 250).Select(number => $"d{number}").ToList();
        await CreateAsync(store, [.. values.Select(value => Identifier(value))]);

        var found = await store.ReadAsync([.. values.Append("none").Select(Key)], default);

        Assert.Equal(values.Append(null), found.Select(stored => ((IdentifierItem?)stored?.Item)?.Value));
    }

    [Fact]
    public async Task Creating_what_is_there_is_a_lost_race()
    {
        var store = await OpenAsync();
        await CreateAsync(store, Identifier("d1", Ann));

        Assert.Null(await store.TryWriteAsync(ItemChange.Create(Identifier("d1", Bob)), default));

        Assert.Equal(Ann, Assert.Single((await ReadAsync(store, "d1"))!.Links).Profile);
    }

    [Fact]
    public async Task Replacing_needs_the_version_that_is_there()
    {
        var store = await OpenAsync();
        var first = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default))!.Value;
        var second = (await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Ann), first), default))!.Value;

        Assert.Null(await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Bob), first), default));
        Assert.NotNull(await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Ann, Bob), second), default));

        Assert.Equal([Ann, Bob], (await ReadAsync(store, "d1"))!.Links.Select(link => link.Profile));
    }

    [Fact]
    public async Task Version_that_is_read_is_the_version_that_was_written()
    {
        var store = await OpenAsync();
        var written = await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default);

        var read = (await store.ReadAsync([Key("d1")], default))[0]!.Value.Version;

        Assert.Equal(written, read);
    }

    [Fact]
    public async Task Replacing_or_deleting_what_is_not_there_is_a_lost_race()
    {
        var store = await OpenAsync();
        var version = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default))!.Value;
        Assert.NotNull(await store.TryWriteAsync(ItemChange.Delete(Key("d1"), version), default));

        Assert.Null(await store.TryWriteAsync(ItemChange.Replace(Identifier("d1"), version), default));
        Assert.Null(await store.TryWriteAsync(ItemChange.Delete(Key("d1"), version), default));
        Assert.Null(await ReadAsync(store, "d1"));
    }

    [Fact]
    public async Task Deleting_needs_the_version_that_is_there()
    {
        var store = await OpenAsync();
        var first = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default))!.Value;
        await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Ann), first), default);

        Assert.Null(await store.TryWriteAsync(ItemChange.Delete(Key("d1"), first), default));

        Assert.NotNull(await ReadAsync(store, "d1"));
    }

    [Fact]
    public async Task What_was_deleted_can_be_created_again_and_old_versions_do_not_fit_it()
    {
        var store = await OpenAsync();
        var first = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default))!.Value;
        await store.TryWriteAsync(ItemChange.Delete(Key("d1"), first), default);
        Assert.NotNull(await store.TryWriteAsync(ItemChange.Create(Identifier("d1", Ann)), default));

        Assert.Null(await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Bob), first), default));
    }

    [Fact]
    public async Task One_of_many_writers_wins()
    {
        var store = await OpenAsync();
        var version = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1")), default))!.Value;

        var won = await Task.WhenAll(Enumerable.Range(3, 8).Select(number => Task.Run(async () =>
            await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Id((ulong)number)), version), default))));

        Assert.Single(won, result => result is not null);
    }

    [Fact]
    public async Task Identifiers_are_found_by_the_ids_that_they_lead_to()
    {
        var store = await OpenAsync();
        await CreateAsync(store, Identifier("d1", Ann), Identifier("d2", Ann, Bob), Identifier("d3", Bob) with { AnonymousId = Ann }, Identifier("d4", Bob));

        Assert.Equal(["d1", "d2", "d3"], await ScanAsync(store, IdentityScan.LinkedTo(Ann)));
        Assert.Equal(["d2", "d3", "d4"], await ScanAsync(store, IdentityScan.LinkedTo(Bob)));
        Assert.Empty(await ScanAsync(store, IdentityScan.LinkedTo(Id(9))));
    }

    [Fact]
    public async Task Scans_follow_what_is_written_over_and_deleted()
    {
        var store = await OpenAsync();
        var first = (await store.TryWriteAsync(ItemChange.Create(Identifier("d1", Ann) with { LastSeenDay = Day }), default))!.Value;
        var second = (await store.TryWriteAsync(ItemChange.Create(Identifier("d2", Ann) with { LastSeenDay = Day }), default))!.Value;

        await store.TryWriteAsync(ItemChange.Replace(Identifier("d1", Bob) with { LastSeenDay = Day + 1 }, first), default);
        await store.TryWriteAsync(ItemChange.Delete(Key("d2"), second), default);

        Assert.Empty(await ScanAsync(store, IdentityScan.LinkedTo(Ann)));
        Assert.Equal(["d1"], await ScanAsync(store, IdentityScan.LinkedTo(Bob)));
        Assert.Empty(await ScanAsync(store, IdentityScan.LastSeenUntil("domain_userid", Day)));
        Assert.Equal(["d1"], await ScanAsync(store, IdentityScan.All(IdentityItemKind.Identifier)));
    }

    [Fact]
    public async Task Identifiers_are_found_by_type_and_last_day()
    {
        var store = await OpenAsync();
        await CreateAsync(
            store,
            Identifier("old") with { LastSeenDay = Day - 1 },
            Identifier("due") with { LastSeenDay = Day },
            Identifier("new") with { LastSeenDay = Day + 1 },
            Identifier("never"),
            Identifier("other", "network_userid") with { LastSeenDay = Day });

        Assert.Equal(["due", "old"], await ScanAsync(store, IdentityScan.LastSeenUntil("domain_userid", Day)));
    }

    [Fact]
    public async Task Profiles_with_work_left_are_found()
    {
        var store = await OpenAsync();
        var merge = new MergeRecord(Ann, At, "e1", "shop", IsRecorded: true);
        await CreateAsync(
            store,
            Profile(Id(1)),
            Profile(Id(2)) with { Merge = merge },
            Profile(Id(3)) with { Merge = merge with { IsRecorded = false } },
            Profile(Id(4)) with { Intent = new MergeIntent(Ann, At, "e1", "shop") },
            Profile(Id(5)) with { Pending = [new PendingMerge(1, "e1", "shop", At)] },
            Profile(Id(6)) with { CreatedOnDay = Day + 1 });

        Assert.Equal([Id(3), Id(4)], await ScanIdsAsync(store, IdentityScan.UnfinishedMerges));
        Assert.Equal([Id(5)], await ScanIdsAsync(store, IdentityScan.PendingMerges));
        Assert.Equal([Id(6)], await ScanIdsAsync(store, IdentityScan.CreatedOn(Day + 1)));
    }

    [Fact]
    public async Task Scans_come_in_pages_in_the_order_of_keys()
    {
        var store = await OpenAsync();
        SnowplowId[] ids = [new(0, 1), new(1, 0), new(1, ulong.MaxValue), new(long.MaxValue, 0), new(1UL << 63, 0), new(ulong.MaxValue, 1)];
        await CreateAsync(store, [.. ids.Reverse().Select(id => Profile(id))]);

        var pages = new List<SnowplowId[]>();
        IdentityItemKey? after = null;
        while (await store.ScanAsync(IdentityScan.All(IdentityItemKind.Profile), after, 4, default) is { Count: > 0 } page)
        {
            pages.Add([.. page.Select(stored => ((ProfileItem)stored.Item).Id)]);
            after = page[^1].Item.Key;
        }

        Assert.Equal([ids[..4], ids[4..]], pages);
    }

    [Fact]
    public async Task Counts_tell_types_and_kinds_apart()
    {
        var store = await OpenAsync();
        await CreateAsync(
            store,
            Identifier("d1"),
            Identifier("d2"),
            Identifier("n1", "network_userid"),
            Profile(Id(1)),
            Profile(Id(2)) with { Kind = ProfileKind.Anonymous },
            Profile(Id(3)) with { Merge = new MergeRecord(Ann, At, "e1", "shop", IsRecorded: true) });

        var counts = await store.CountAsync(default);

        Assert.Equal((3L, 2L, 1L), (counts.Profiles, counts.ActiveProfiles, counts.AnonymousProfiles));
        Assert.Equal([("domain_userid", 2L), ("network_userid", 1L)], counts.Identifiers.Select(type => (type.Key, type.Value)).Order());
    }

    [Fact]
    public async Task Items_of_one_write_are_written_together_or_not_at_all()
    {
        if (await OpenAsync() is not IAtomicIdentityStore store)
            return;
        await CreateAsync(store, Identifier("d2", Ann));

        Assert.Null(await store.TryWriteTogetherAsync([ItemChange.Create(Identifier("d1")), ItemChange.Create(Identifier("d2"))], default));
        Assert.Null(await ReadAsync(store, "d1"));

        var written = await store.TryWriteTogetherAsync([ItemChange.Create(Identifier("d1")), ItemChange.Create(Identifier("d3"))], default);
        var found = await store.ReadAsync([Key("d1"), Key("d3")], default);
        Assert.Equal(found.Select(stored => stored!.Value.Version), written!.Versions);
    }

    [Fact]
    public async Task Changes_since_a_mark_are_named()
    {
        if (await OpenAsync() is not IAtomicIdentityStore store)
            return;
        await CreateAsync(store, Identifier("before"));
        var nothing = new List<IdentityItemKey>();
        var mark = (await store.ChangesAsync(0, nothing, default))!.Value;
        Assert.Empty(nothing);
        var version = (await store.TryWriteAsync(ItemChange.Create(Identifier("deleted")), default))!.Value;
        await store.TryWriteAsync(ItemChange.Delete(Key("deleted"), version), default);
        var together = (await store.TryWriteTogetherAsync([ItemChange.Create(Identifier("d1")), ItemChange.Create(Identifier("d2"))], default))!;

        var changed = new List<IdentityItemKey>();
        var now = await store.ChangesAsync(mark, changed, default);

        Assert.Superset(new HashSet<IdentityItemKey> { Key("deleted"), Key("d1"), Key("d2") }, changed.ToHashSet());
        Assert.DoesNotContain(Key("before"), changed);
        Assert.Equal(together.After, now);
        Assert.InRange(together.Before, mark + 1, together.After - 1);
        var later = new List<IdentityItemKey>();
        Assert.Equal(now, await store.ChangesAsync(now!.Value, later, default));
        Assert.Empty(later);
    }

    private static SnowplowId Id(ulong number) => new(number, number);

    private static IdentityItemKey Key(string value) => IdentityItemKey.Of("domain_userid", value);

    private static IdentifierItem Identifier(string value, params SnowplowId[] links) => Identifier(value, "domain_userid", links);

    private static IdentifierItem Identifier(string value, string type, params SnowplowId[] links) =>
        new(IdentityItemKey.Of(type, value), type, value) { Links = [.. links.Select(id => new IdentityLink(id, At, IsAlias: false))] };

    private static ProfileItem Profile(SnowplowId id) => new() { Id = id, CreatedAt = At, CreatedBy = "e1", CreatedOnDay = Day };

    private static IdentifierItem FullIdentifier() => Identifier("Grüße\u0000", Ann) with
    {
        Links = [new IdentityLink(Ann, At, IsAlias: true), new IdentityLink(Bob, new EventTime(-1), IsAlias: false)],
        AnonymousId = Id(7),
        LastSeenDay = Day,
        Guard = new MergeGuard(492_000, 11, At),
    };

    private static ProfileItem FullProfile() => new()
    {
        Id = Ann,
        Kind = ProfileKind.Anonymous,
        CreatedAt = At,
        CreatedBy = "7c1bd1a4-5d2e-4b3e-9a0c-1f2e3d4c5b6a",
        CreatedOnDay = Day,
        Owners = [Key("a"), Key("b")],
        Merge = new MergeRecord(Bob, At, "7C1BD1A4-5D2E-4B3E-9A0C-1F2E3D4C5B6A", "shop", IsRecorded: false),
        Intent = new MergeIntent(Bob, At, "", "blog"),
        Children = [new AbsorbedProfile(Id(5), At, At, "e2", 1), new AbsorbedProfile(Id(6), At, At, "7c1bd1a4-5d2e-4b3e-9a0c-1f2e3d4c5b6a", 2)],
        Pending = [new PendingMerge(2, "e3", "", At)],
        MergeEvents = 2,
        LinkedIdentifiers = 4,
        IsReleased = true,
    };

    private static string Form(IdentityItem item) => $"{item.GetType().Name} {item.Key} {Convert.ToHexString(IdentityItemCodec.ToBytes(item))}";

    private static async Task CreateAsync(IIdentityStore store, params IdentityItem[] items)
    {
        foreach (var item in items)
            Assert.NotNull(await store.TryWriteAsync(ItemChange.Create(item), default));
    }

    private static async Task<IdentifierItem?> ReadAsync(IIdentityStore store, string value) =>
        (IdentifierItem?)(await store.ReadAsync([Key(value)], default))[0]?.Item;

    private static async Task<IEnumerable<string>> ScanAsync(IIdentityStore store, IdentityScan scan) =>
        (await store.ScanAsync(scan, null, 100, default)).Select(stored => ((IdentifierItem)stored.Item).Value).Order();

    private static async Task<IEnumerable<SnowplowId>> ScanIdsAsync(IIdentityStore store, IdentityScan scan) =>
        (await store.ScanAsync(scan, null, 100, default)).Select(stored => ((ProfileItem)stored.Item).Id).Order();
}
