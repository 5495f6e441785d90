using System.Text;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 16, and dry runs of configurations.</summary>
public sealed class IdentityTrialsTests : IDisposable
{
    private const string User = """{"name":"user_id","priority":3,"property":"user_id"}""";
    private const string Cookie = """{"name":"domain_userid","priority":2,"property":"domain_userid"}""";
    private const string Network = """{"name":"network_userid","priority":1,"property":"network_userid"}""";

    private readonly RememberedEvents _events = new();
    private readonly IdentityTrials _trials;

    public IdentityTrialsTests() => _trials = new IdentityTrials(_events, TimeProvider.System);

    public void Dispose() => _trials.Dispose();

    [Theory]
    [InlineData(1, 1, 20, IdentifierVerdict.Ideal)]
    [InlineData(2, 1, 20, IdentifierVerdict.Acceptable)]
    [InlineData(1, 5, 20, IdentifierVerdict.Acceptable)]
    [InlineData(6, 1, 20, IdentifierVerdict.Doubtful)]
    [InlineData(1, 10, 20, IdentifierVerdict.Unsuitable)]
    [InlineData(1, 1, 9, IdentifierVerdict.Unknown)]
    public void The_worse_of_the_two_decides(int valuesPerPerson, int personsPerValue, int people, IdentifierVerdict verdict) =>
        Assert.Equal(verdict, IdentifierHealth.Judge(
            Distribution.Of(Enumerable.Repeat(valuesPerPerson, people)), Distribution.Of(Enumerable.Repeat(personsPerValue, people))));

    [Fact]
    public void Distribution_gives_the_numbers_that_so_many_stay_below()
    {
        Assert.Equal(new Distribution(100, 50.5, 50, 95, 100), Distribution.Of(Enumerable.Range(1, 100)));
        Assert.Equal(new Distribution(1, 7, 7, 7, 7), Distribution.Of([7]));
        Assert.Null(Distribution.Of([]));
    }

    [Fact]
    public async Task An_identifier_that_everybody_shares_is_unsuitable_before_it_joins_anybody()
    {
        for (var user = 0; user < 30; user++)
            Remember(("user_id", $"u{user}"), ("domain_userid", $"d{user}"), ("network_userid", "shared"));

        var report = await _trials.MeasureAsync(IdentityConfigurations.With($"{User},{Cookie},{Network}"), new TrialOptions(), default);

        var network = report.Types[2];
        Assert.Equal((IdentifierVerdict.Unsuitable, 1, 30), (network.Verdict, network.DistinctValues, network.PersonsPerValue!.Max));
        Assert.Equal(1, network.ValuesPerPerson!.Max);
    }

    [Fact]
    public async Task Several_cookies_per_user_are_counted_per_user()
    {
        for (var user = 0; user < 20; user++)
            for (var device = 0; device <= user % 3; device++)
                Remember(("user_id", $"u{user}"), ("domain_userid", $"d{user}-{device}"));

        var report = await _trials.MeasureAsync(IdentityConfigurations.With($"{User},{Cookie}"), new TrialOptions(), default);

        Assert.Equal((39, true), (report.Events, report.IsComplete));
        var cookie = report.Types[1];
        Assert.Equal((39, 39, IdentifierVerdict.Acceptable), (cookie.Events, cookie.DistinctValues, cookie.Verdict));
        Assert.Equal((20, 3, 1), (cookie.ValuesPerPerson!.Count, cookie.ValuesPerPerson.Max, cookie.PersonsPerValue!.Max));
    }

    [Fact]
    public async Task Blocked_values_have_their_share()
    {
        Remember(("user_id", "alice"));
        Remember(("user_id", "null"));
        Remember(("user_id", "undefined"));
        Remember(("user_id", " "));

        var report = await _trials.MeasureAsync(IdentityConfigurations.With($"{User},{Cookie}"), new TrialOptions(), default);

        Assert.Equal((0.5, IdentifierVerdict.Unknown), (report.Types[0].BlockedShare, report.Types[0].Verdict));
        Assert.Equal([(DropReason.Empty, 1L), (DropReason.Blocked, 2L)], report.Types[0].Dropped.Select(drop => (drop.Reason, drop.Count)));
    }

    [Fact]
    public async Task Equal_configurations_split_and_join_nobody()
    {
        Remember(("user_id", "alice"), ("domain_userid", "d1"));
        Remember(("domain_userid", "d2"));
        Remember(("user_id", "alice"), ("domain_userid", "d2"));
        var configuration = IdentityConfigurations.With($"{User},{Cookie}");

        var report = await _trials.CompareAsync(configuration, configuration, new TrialOptions(), default);

        Assert.Equal((3, 0, 0, 0, 0), (report.Events, report.Splits, report.Joins, report.Gained, report.Lost));
        Assert.Equal((3, 1L, 1), (report.Active.Identified, report.Active.People, report.Active.Merges));
        Assert.Equal(report.Active with { ValuesDropped = [] }, report.Candidate with { ValuesDropped = [] });
    }

    [Fact]
    public async Task Making_an_identifier_unique_splits_those_who_shared_a_device_and_counts_conflicts()
    {
        Remember(("user_id", "alice"), ("domain_userid", "family"));
        Remember(("user_id", "bob"), ("domain_userid", "family"));
        Remember(("domain_userid", "family"));

        var report = await _trials.CompareAsync(
            IdentityConfigurations.With($"{User},{Cookie}"), IdentityConfigurations.With($"{User.Replace("}", ",\"unique\":true}", StringComparison.Ordinal)},{Cookie}"), new TrialOptions(), default);

        Assert.Equal((1L, 0L, 0), (report.Active.People, report.Active.AnonymousIds, report.Active.Conflicts));
        Assert.Equal((2L, 1L, 2), (report.Candidate.People, report.Candidate.AnonymousIds, report.Candidate.Conflicts));
        Assert.Equal((1, 0), (report.Splits, report.Joins));
        Assert.Equal(3, Assert.Single(report.SplitExamples).Count);
    }

    [Fact]
    public async Task A_filter_loses_events_and_is_counted()
    {
        Remember(("user_id", "alice"), ("app_id", "shop"));
        Remember(("user_id", "bob"), ("app_id", "blog"));

        var report = await _trials.CompareAsync(
            IdentityConfigurations.With(User),
            IdentityConfigurations.With(User, """ "filters":{"logic":"all","rules":[{"property":"app_id","operator":"in","values":["shop"]}]} """), new TrialOptions(), default);

        Assert.Equal((1, 1L), (report.Lost, report.Candidate.Filtered));
    }

    [Fact]
    public async Task A_run_whose_time_is_over_says_so()
    {
        Remember(("user_id", "alice"));

        var report = await _trials.CompareAsync(
            IdentityConfigurations.With(User), IdentityConfigurations.With(Cookie), new TrialOptions { Budget = TimeSpan.Zero }, default);

        Assert.Equal((0, false), (report.Events, report.IsComplete));
    }

    [Fact]
    public async Task Lines_that_are_no_events_do_not_disturb()
    {
        _events.Remember("no event"u8);
        Remember(("user_id", "alice"));

        Assert.Equal(2, (await _trials.MeasureAsync(IdentityConfigurations.With(User), new TrialOptions(), default)).Events);
    }

    [Fact]
    public async Task Remembered_events_are_the_newest_ones_within_bounds()
    {
        var events = new RememberedEvents(maxEvents: 3, maxBytes: 10);
        foreach (var line in (string[])["a", "b", "c", "d", "far too long for it"])
            events.Remember(Encoding.UTF8.GetBytes(line));
        Assert.Equal(["b", "c", "d"], await TextsAsync(events, 10, 100));
        Assert.Equal(["c", "d"], await TextsAsync(events, 2, 100));
        Assert.Equal(["d"], await TextsAsync(events, 10, 1));

        events.Remember("12345678"u8);
        Assert.Equal(["c", "d", "12345678"], await TextsAsync(events, 10, 100));
        events.Remember("9"u8);
        Assert.Equal(["d", "12345678", "9"], await TextsAsync(events, 10, 100));
    }

    private static async Task<IEnumerable<string>> TextsAsync(RememberedEvents events, int maxEvents, long maxBytes) =>
        (await events.ReadAsync(maxEvents, maxBytes, default)).Select(line => Encoding.UTF8.GetString(line.Span));

    private void Remember(params (string Column, string Value)[] columns) =>
        _events.Remember(columns.Aggregate(new EnrichedLineBuilder(), (line, column) => line.With(column.Column, column.Value)).Build());
}
