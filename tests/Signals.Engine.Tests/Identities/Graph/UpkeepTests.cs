using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 11.6, 12 and 13: sweeping, time to live, erasure.</summary>
public sealed class UpkeepTests
{
    private readonly MemoryIdentityStore _store = new();
    private readonly ManualTime _time = new();
    private int _events;

    private IdentityConfiguration Configuration { get; set; } = RandomEvents.Configuration(isUserUnique: false) with { StoreBudget = TimeSpan.FromMinutes(1) };

    private IdentitySweeper Sweeper => new(_store, _time);

    private IdentityEraser Eraser => new(_store, null, _time);

    [Fact]
    public async Task Profile_that_a_crash_left_without_links_is_removed_after_its_day()
    {
        var kept = await SeeAsync("d:1");
        var left = new ProfileItem { Id = new SnowplowId(1, 1), CreatedAt = default, CreatedBy = "e0", CreatedOnDay = (await ProfileAsync(kept))!.CreatedOnDay };
        await _store.TryWriteAsync(ItemChange.Create(left), default);

        Assert.Equal(1, await Sweeper.RemoveUnlinkedAsync(DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime), default));

        Assert.Null(await ProfileAsync(left.Id));
        Assert.NotNull(await ProfileAsync(kept));
    }

    [Fact]
    public async Task Merge_event_owed_by_a_merged_profile_is_told_by_its_survivor()
    {
        var (a, b) = (await SeeAsync("d:1"), await SeeAsync("d:2"));
        await SeeAsync("d:1", "d:2");
        var old = (await ProfileAsync(a))!;
        await _store.TryWriteAsync(ItemChange.Replace(
            (await ProfileAsync(b))! with { Pending = old.Pending }, (await _store.ReadAsync([IdentityItemKey.Profile(b)], default))[0]!.Value.Version), default);
        _time.Advance(TimeSpan.FromMinutes(1));

        var overdue = Assert.Single(await Sweeper.OverdueMergeEventsAsync(10, default));

        Assert.Equal(a, overdue.Id);
        Assert.Empty((await ProfileAsync(b))!.Pending);
    }

    [Fact]
    public async Task Value_that_is_seen_again_stays()
    {
        LiveFor(days: 30);
        var person = await SeeAsync("d:1");
        _time.Advance(TimeSpan.FromDays(20));
        await SeeAsync("d:1");
        _time.Advance(TimeSpan.FromDays(30));

        Assert.Empty((await Sweeper.RemoveExpiredAsync(Configuration, 10, default)).Identifiers);
        Assert.Equal(person, await SeeAsync("d:1"));
    }

    [Fact]
    public async Task Value_without_a_last_day_is_never_removed()
    {
        await SeeAsync("d:1");
        LiveFor(days: 30);
        _time.Advance(TimeSpan.FromDays(400));

        Assert.Empty((await Sweeper.RemoveExpiredAsync(Configuration, 10, default)).Identifiers);
    }

    [Fact]
    public async Task Merged_id_goes_with_its_last_value_and_the_survivor_stays()
    {
        LiveFor(days: 30);
        var a = await SeeAsync("d:1", "u:1");
        var b = await SeeAsync("d:2");
        await PublishAsync(await ResolveAsync("d:2", "u:1"));
        _time.Advance(TimeSpan.FromDays(31));

        var report = await Sweeper.RemoveExpiredAsync(Configuration, 10, default);

        Assert.Equal(2, report.Identifiers.Count);
        Assert.Equal([b], report.Ids);
        Assert.Equal(a, await SeeAsync("u:1"));
        Assert.Equal(b, Assert.Single((await ProfileAsync(a))!.Children).Id);
    }

    [Fact]
    public async Task Value_that_returns_a_second_time_is_new_again()
    {
        LiveFor(days: 30);
        var ids = new List<SnowplowId>();
        for (var life = 0; life < 3; life++)
        {
            ids.Add(await SeeAsync("d:1"));
            _time.Advance(TimeSpan.FromDays(31));
            await Sweeper.RemoveExpiredAsync(Configuration, 10, default);
        }

        Assert.Distinct(ids);
    }

    [Fact]
    public async Task Returning_value_does_not_rejoin_a_person_by_the_coincidence_of_its_id()
    {
        LiveFor(days: 30);
        var person = await SeeAsync("d:1");
        await SeeAsync("d:1", "u:1");
        _time.Advance(TimeSpan.FromDays(31));
        await Sweeper.RemoveExpiredAsync(Configuration, 10, default);

        Assert.NotEqual(person, await SeeAsync("d:1"));
        Assert.Equal(person, await SeeAsync("u:1"));
    }

    [Fact]
    public async Task Person_is_erased_by_an_id_that_was_merged_away()
    {
        var (a, b) = (await SeeAsync("d:1"), await SeeAsync("d:2"));
        await SeeAsync("d:1", "d:2");

        var report = await EraseAsync(new ErasureInput(null, b));

        Assert.Equal(new[] { a, b }.Order(), Assert.IsType<ErasureOutcome.Erased>(Assert.Single(report.Outcomes)).Ids);
        var graph = await GraphDump.OfAsync(_store);
        Assert.Empty(graph.Profiles);
        Assert.Empty(graph.Identifiers);
        Assert.Equal(2, graph.Text.Count(line => line.StartsWith("Tombstone", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Erased_person_who_returns_gets_an_id_that_was_never_used()
    {
        var before = await SeeAsync("d:1");
        await EraseAsync(new ErasureInput(new Identifier("domain_userid", "1"), null));
        var after = await SeeAsync("d:1");
        await EraseAsync(new ErasureInput(new Identifier("domain_userid", "1"), null));

        Assert.Distinct([before, after, await SeeAsync("d:1")]);
    }

    [Fact]
    public async Task What_nobody_knows_is_not_found()
    {
        var report = await EraseAsync(new ErasureInput(new Identifier("domain_userid", "1"), null), new ErasureInput(null, new SnowplowId(1, 1)));

        Assert.All(report.Outcomes, outcome => Assert.IsType<ErasureOutcome.NotFound>(outcome));
    }

    [Fact]
    public async Task Forced_erasure_by_a_shared_identifier_takes_all_its_people()
    {
        Configuration = RandomEvents.Configuration(isUserUnique: true) with { StoreBudget = TimeSpan.FromMinutes(1) };
        var alice = await LogInAsync("alice", "d:phone");
        var bob = await LogInAsync("bob", "d:phone");
        var nobody = await SeeAsync("d:phone");
        var phone = new ErasureInput(new Identifier("domain_userid", "phone"), null);

        var refused = await EraseAsync(phone);
        var report = await Eraser.EraseAsync(new ErasureRequest { Inputs = [phone], Caller = "test", IsForced = true }, default);

        Assert.Equal("ambiguous_identifier", Assert.IsType<ErasureOutcome.Failed>(Assert.Single(refused.Outcomes)).Code);
        Assert.Equal(new[] { alice, bob }.Order(), Assert.IsType<ErasureOutcome.Erased>(Assert.Single(report.Outcomes)).Ids);
        Assert.Null(await ProfileAsync(nobody));
    }

    [Fact]
    public async Task Anonymous_id_cannot_be_erased_as_a_person()
    {
        Configuration = RandomEvents.Configuration(isUserUnique: true) with { StoreBudget = TimeSpan.FromMinutes(1) };
        await LogInAsync("alice", "d:phone");
        await LogInAsync("bob", "d:phone");
        var nobody = await SeeAsync("d:phone");

        var report = await EraseAsync(new ErasureInput(null, nobody));

        Assert.IsType<ErasureOutcome.Failed>(Assert.Single(report.Outcomes));
        Assert.NotNull(await ProfileAsync(nobody));
    }

    [Fact]
    public async Task Erasure_that_a_crash_interrupted_is_finished_by_asking_again()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var store = new MemoryIdentityStore();
            var resolver = new IdentityResolver(store, null, _time);
            await resolver.ResolveAsync(Configuration, RandomEvents.Make(new Random(seed), 8, isUserUnique: false), default);
            var identifier = (await GraphDump.OfAsync(store)).Identifiers[0];
            var request = new ErasureRequest { Inputs = [new ErasureInput(null, (await GraphDump.OfAsync(store)).RootsOf(identifier)[0])], Caller = "test" };

            // Without the context of the test, pages of a scan go on where their turn comes.
            await Task.Run(() =>
            {
                var schedule = new Schedule(seed, crashes: 0.1);
                return schedule.RunAsync(EraseUntilDoneAsync(new ScheduledStore(store, schedule), schedule, request));
            });

            var graph = await GraphDump.OfAsync(store);
            Assert.DoesNotContain(graph.Identifiers, item => item.Key == identifier.Key);
            Assert.All(graph.Identifiers, item => Assert.NotEmpty(graph.RootsOf(item)));
            Assert.DoesNotContain(graph.Profiles.Values, profile => profile.Kind == ProfileKind.Erased);
        }
    }

    [Fact]
    public async Task Deferred_events_of_the_erased_are_removed()
    {
        var queue = new ListedDeferredEvents();
        var request = RandomEvents.Event("e1", 1, new Identifier("domain_userid", "1"));
        await SeeAsync("d:1");
        await queue.AppendAsync(
            [new DeferredEvent(request, 1, default), new DeferredEvent(request with { Identifiers = [new Identifier("domain_userid", "2")] }, 1, default)], default);

        await new IdentityEraser(_store, queue, _time).EraseAsync(
            new ErasureRequest { Inputs = [new ErasureInput(request.Identifiers[0], null)], Caller = "test" }, default);

        Assert.Equal("2", Assert.Single(await queue.ReadAsync(10, default)).Event.Request.Identifiers[0].Value);
    }

    private async Task EraseUntilDoneAsync(ScheduledStore store, Schedule schedule, ErasureRequest request)
    {
        while (true)
        {
            try
            {
                await new IdentityEraser(store, null, _time).EraseAsync(request, default);
                return;
            }
            catch (CrashException)
            {
                await schedule.TurnAsync(mayCrash: false);
            }
        }
    }

    private void LiveFor(int days) => Configuration = Configuration with
    {
        Identifiers = [.. Configuration.Identifiers.Select(type => type.Name == "domain_userid" ? type with { TtlDays = days } : type)],
    };

    private async Task<ErasureReport> EraseAsync(params ErasureInput[] inputs) =>
        await Eraser.EraseAsync(new ErasureRequest { Inputs = inputs, Caller = "test" }, default);

    private async Task<ProfileItem?> ProfileAsync(SnowplowId id) =>
        (ProfileItem?)(await _store.ReadAsync([IdentityItemKey.Profile(id)], default))[0]?.Item;

    private async Task<SnowplowId> SeeAsync(params string[] identifiers) => (await ResolveAsync(identifiers)).Id;

    private async Task<SnowplowId> LogInAsync(string user, string device) =>
        (await ResolveAsync(Event($"u:{user}", device) with { UniqueValue = user })).Id;

    private Task<ResolutionResult> ResolveAsync(params string[] identifiers) => ResolveAsync(Event(identifiers));

    private ResolutionRequest Event(params string[] identifiers) => RandomEvents.Event(
        $"e{++_events}", _events, [.. identifiers.Select(text => new Identifier(text[0] == 'u' ? "user_id" : "domain_userid", text[2..]))]);

    private async Task<ResolutionResult> ResolveAsync(ResolutionRequest request) =>
        Assert.Single(await new IdentityResolver(_store, null, _time).ResolveAsync(Configuration, [request], default));

    private Task PublishAsync(ResolutionResult result) =>
        new IdentityResolver(_store, null, _time).MarkPublishedAsync(result.MergeEvents, default).AsTask();
}
