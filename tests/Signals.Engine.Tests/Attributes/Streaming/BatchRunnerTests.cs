using System.Text;
using System.Text.Json;
using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Interventions;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>What becomes of a batch that fails: held, tried again, split, dead-lettered; never lost, and never counted twice.</summary>
public sealed class BatchRunnerTests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly EngineUnderTest _engine = new(Counter);
    private readonly SkippingTimeProvider _clock = new(Noon);
    private readonly List<BatchIncident> _incidents = [];

    [Fact]
    public async Task A_batch_that_succeeds_is_tried_once_and_there_is_nothing_to_tell()
    {
        var result = await RunAsync(Users("u1", "u2", "u1"));

        Assert.Equal((3, 3, 0), (result.Records, result.Applied, result.Bad));
        Assert.Equal(1, _engine.Profiles.WriteCalls);
        Assert.Empty(_incidents);
        Assert.Empty(_clock.Pauses);
    }

    [Fact]
    public async Task A_store_that_is_away_holds_the_batch_with_growing_pauses_for_as_long_as_it_takes()
    {
        var away = 40;
        _engine.Profiles.NextReadFails = () => away-- > 0;

        var result = await RunAsync(Users("u1", "u2"));

        Assert.Equal((2, 0), (result.Applied, result.Bad));
        Assert.Equal(Enumerable.Repeat(BatchIncidentKind.Held, 40), _incidents.Select(incident => incident.Kind));
        Assert.Equal(40, _clock.Pauses.Count);
        var full = Shortest;
        foreach (var pause in _incidents.Select(incident => incident.Pause))
        {
            Assert.InRange(pause, full / 2, full);
            full = full * 2 < Longest ? full * 2 : Longest;
        }
    }

    [Theory]
    [InlineData(7, 7, 8.75)]
    [InlineData(0, 0.1, 0.125)]
    [InlineData(-1, 0.1, 0.125)]
    [InlineData(86_400, 30, 37.5)]
    public async Task A_store_that_says_how_long_is_left_alone_for_so_long(double asked, double shortest, double longest)
    {
        var away = 3;
        _engine.Profiles.Refuses = _ => away-- > 0 ? new StoreUnavailableException("store", TimeSpan.FromSeconds(asked), new IOException("busy")) : null;

        await RunAsync(Users("u1"));

        Assert.Equal(3, _clock.Pauses.Count);
        Assert.All(_clock.Pauses, pause => Assert.InRange(pause.TotalSeconds, shortest, longest));
        Assert.Equal("1", await _engine.ReadAsync());
    }

    [Fact]
    public async Task A_profile_that_others_are_always_faster_to_write_holds_the_batch()
    {
        var lost = 90;
        _engine.Profiles.LosesRace = _ => lost-- > 0;

        await RunAsync(Users("u1"));

        Assert.Equal(4, _incidents.Count(incident => incident is { Kind: BatchIncidentKind.Held, Error: ProfileContentionException }));
        Assert.Equal(4, _incidents.Count);
        Assert.Equal("1", await _engine.ReadAsync());
    }

    [Fact]
    public async Task A_call_that_was_given_up_though_nobody_stopped_it_holds_the_batch()
    {
        var away = 10;
        _engine.Profiles.Refuses = _ => away-- > 0 ? new TaskCanceledException("The request timed out.") : null;

        await RunAsync(Users("u1"));

        Assert.Equal(10, _incidents.Count(incident => incident.Kind == BatchIncidentKind.Held));
        Assert.Equal("1", await _engine.ReadAsync());
    }

    [Fact]
    public async Task A_failure_that_passes_is_tried_again_in_place()
    {
        var failures = 2;
        _engine.Profiles.Refuses = _ => failures-- > 0 ? new InvalidOperationException("odd") : null;

        var result = await RunAsync(Users("u1", "u2", "u3"));

        Assert.Equal((3, 0), (result.Applied, result.Bad));
        Assert.Equal(
            [(BatchIncidentKind.Retried, new LogPosition(0, 0), 3), (BatchIncidentKind.Retried, new LogPosition(0, 0), 3)],
            _incidents.Select(incident => (incident.Kind, incident.First, incident.Records)));
        Assert.InRange(_clock.Pauses[0], Shortest / 2, Shortest);
        Assert.InRange(_clock.Pauses[1], Shortest, Shortest * 2);
    }

    [Fact]
    public async Task Of_a_batch_with_one_event_that_cannot_be_processed_only_that_one_is_dead_lettered()
    {
        var records = Users([.. Enumerable.Range(0, 100).Select(i => i == 61 ? "poison" : $"u{i % 3}")]);
        _engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("It is \"odd\".") : null;

        var result = await RunAsync(records);

        Assert.Equal((100, 1), (result.Records, result.Bad));
        Assert.Equal(["34", "32", "33", "null"], await ReadAsync("u0", "u1", "u2", "poison"));
        var row = Assert.Single(_engine.BadRows.Rows);
        Assert.Equal(new LogPosition(0, 61), row.Position);
        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/generic_error/jsonschema/1-0-0", row.Schema);
        using var json = JsonDocument.Parse(row.Json);
        var data = json.RootElement.GetProperty("data");
        Assert.Equal(
            ["System.InvalidOperationException: It is \"odd\".", "The record at partition 0, sequence 61 could not be processed."],
            data.GetProperty("failure").GetProperty("errors").EnumerateArray().Select(error => error.GetString()));
        Assert.Equal(Encoding.UTF8.GetString(records[61].Payload.Span), data.GetProperty("payload").GetString());
    }

    [Fact]
    public async Task The_way_to_a_dead_letter_is_tries_then_halves_then_tries()
    {
        _engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("odd") : null;

        await RunAsync(Users("u1", "u1", "poison", "u2"));

        Assert.Equal(
            [
                (BatchIncidentKind.Retried, 0, 4), (BatchIncidentKind.Retried, 0, 4), (BatchIncidentKind.Split, 0, 4), (BatchIncidentKind.Split, 2, 2),
                (BatchIncidentKind.Retried, 2, 1), (BatchIncidentKind.Retried, 2, 1), (BatchIncidentKind.DeadLettered, 2, 1),
            ],
            _incidents.Select(incident => (incident.Kind, (int)incident.First.Sequence, incident.Records)));
        Assert.Equal(4, _clock.Pauses.Count);
        Assert.Equal(["2", "1"], await ReadAsync("u1", "u2"));
    }

    [Fact]
    public async Task The_books_balance_with_dead_letters_in_them()
    {
        _engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("odd") : null;
        var records = Users("u1", "poison", "u2", "poison", "u3");
        records.Add(new LogRecord(new LogPosition(0, 5), LogRecordKind.EnrichedLine, "no event"u8.ToArray()));

        var result = await RunAsync(records);

        var totals = _engine.Metrics.Totals;
        Assert.Equal((6, 3), (result.Records, result.Bad));
        Assert.Equal((6, 3, 2), (totals.In, totals.Bad, totals.DeadLettered));
        Assert.Equal(totals.In, totals.Applied + totals.Duplicate + totals.Bad);
        Assert.Equal(3, _engine.BadRows.Rows.Count);
    }

    [Fact]
    public async Task Events_of_a_profile_that_is_too_large_are_dead_lettered_without_delay_and_the_others_go_on()
    {
        await RunAsync(Users("u1", "huge"));
        _engine.Profiles.Refuses = key => key.Identifier == "huge" ? new ProfileTooLargeException(key, 3_000_000) : null;

        var result = await RunAsync(Users("u1", "huge", "huge", "u2", "huge"));

        Assert.Equal(3, result.Bad);
        Assert.Empty(_clock.Pauses);
        Assert.Equal(["2", "1", "1"], await ReadAsync("u1", "u2", "huge"));
        Assert.Equal([3L, 4, 6], _engine.BadRows.Rows.Select(row => row.Position.Sequence));
        Assert.Contains("user_id=huge is too large", Encoding.UTF8.GetString(_engine.BadRows.Rows[0].Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_letter_waits_until_it_can_be_kept()
    {
        _engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("odd") : null;
        _engine.BadRows.Fails = true;

        await RunAsync(Users("poison", "u1"), incident =>
        {
            if (incident.Kind == BatchIncidentKind.Held)
                Assert.Empty(_engine.BadRows.Rows);
            _engine.BadRows.Fails = _incidents.Count < 20;
        });

        Assert.Single(_engine.BadRows.Rows);
        Assert.Equal(1, _engine.Metrics.Totals.DeadLettered);
        Assert.True(_incidents.Count(incident => incident.Kind == BatchIncidentKind.Held) >= 10);
        Assert.Equal("1", await _engine.ReadAsync());
    }

    [Fact]
    public async Task Stopping_ends_the_wait_for_a_store_and_says_that_the_batch_is_not_finished()
    {
        var records = Users("u1", "u2");
        _engine.Profiles.NextReadFails = () => true;
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(records, incident => StopAfter(3, stopping), stopping.Token));

        Assert.Equal(3, _incidents.Count);
        _engine.Profiles.NextReadFails = () => false;
        Assert.Equal(2, (await RunAsync(records)).Applied);
    }

    [Fact]
    public async Task Stopping_between_two_halves_says_that_the_batch_is_not_finished_and_a_repetition_counts_nothing_twice()
    {
        _engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("odd") : null;
        var records = Users("u1", "poison", "u2", "u1");
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            records, incident => StopAfter(incident.Kind == BatchIncidentKind.DeadLettered ? 0 : int.MaxValue, stopping), stopping.Token));

        Assert.Single(_engine.BadRows.Rows);
        await RunAsync(records);
        Assert.Equal(["2", "1"], await ReadAsync("u1", "u2"));
        Assert.Single(_engine.BadRows.Rows);
    }

    [Fact]
    public async Task Nothing_is_begun_once_it_is_stopped()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(Users("u1"), stopping: new CancellationToken(canceled: true)));

        Assert.Equal(0, _engine.Profiles.ReadCalls);
    }

    [Fact]
    public async Task The_order_of_events_stays_when_their_batch_is_split()
    {
        var rules = new RulesUnderTest();
        rules.Publish(RulesUnderTest.Rule(RulesUnderTest.Where("user:latest", Engine.Definitions.AttributeOperator.Changed)));
        rules.Engine.Profiles.Refuses = key => key.Identifier == "poison" ? new InvalidOperationException("odd") : null;
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToList();
        var records = rules.Engine.Records(0, ids.Select((id, i) =>
            Thing($"\"{i}\"", i).With("event_id", id.ToString()).With("user_id", i % 11 == 5 ? "poison" : "u1").Build()));
        var runner = new BatchRunner(rules.Engine.Engine, rules.Engine.BadRows, rules.Engine.Metrics, _clock, _incidents.Add);

        await runner.RunAsync(records, default);

        Assert.Equal(5, rules.Engine.BadRows.Rows.Count);
        Assert.Equal(
            ids.Where((_, i) => i % 11 != 5).Select(id => InterventionIds.Of(new Engine.Definitions.VersionedName("nudge", 1), id)),
            rules.Outbox.Messages.Select(message => message.InterventionId));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_fails_every_event_is_counted_once_or_is_a_dead_letter(int seed)
    {
        var random = new Random(seed);
        var users = Enumerable.Range(0, 200).Select(_ => random.Next(12) == 0 ? "poison" : $"u{random.Next(5)}").ToList();
        _engine.Profiles.NextReadFails = () => random.Next(8) == 0;
        _engine.Profiles.NextWriteFails = () => random.Next(6) == 0 ? (StoreFailure)random.Next(1, 4) : StoreFailure.None;
        _engine.Profiles.Refuses = key =>
            key.Identifier == "poison" ? new InvalidOperationException("odd") : random.Next(40) == 0 ? new TimeoutException("passing") : null;

        // The tries are so many that the passing failure does not make a dead letter.
        var runner = NewRunner(new BatchRunnerOptions { Attempts = 8 });
        foreach (var batch in Users([.. users]).Chunk(40))
            Assert.Equal(40, (await runner.RunAsync(batch, default)).Records);

        _engine.Profiles.NextReadFails = () => false;
        for (var user = 0; user < 5; user++)
            Assert.Equal($"seed {seed}: {users.Count(name => name == $"u{user}")}", $"seed {seed}: {await _engine.ReadAsync(identifier: $"u{user}")}");
        Assert.Equal(
            users.Index().Where(entry => entry.Item == "poison").Select(entry => (long)entry.Index), _engine.BadRows.Rows.Select(row => row.Position.Sequence));
    }

    private void StopAfter(int incidents, CancellationTokenSource stopping)
    {
        if (_incidents.Count >= incidents)
            stopping.Cancel();
    }

    private List<LogRecord> Users(params string[] users) => _engine.Records(0, users.Select((user, i) => PageView(i).With("user_id", user).Build()));

    private Task<BatchResult> RunAsync(IReadOnlyList<LogRecord> records, Action<BatchIncident>? observe = null, CancellationToken stopping = default) =>
        NewRunner(options: null, observe).RunAsync(records, stopping).AsTask();

    private BatchRunner NewRunner(BatchRunnerOptions? options, Action<BatchIncident>? observe = null) =>
        new(_engine.Engine, _engine.BadRows, _engine.Metrics, _clock, incident =>
        {
            _incidents.Add(incident);
            observe?.Invoke(incident);
        }, options);

    private async Task<string[]> ReadAsync(params string[] users)
    {
        var values = new List<string>();
        foreach (var user in users)
            values.Add(await _engine.ReadAsync(identifier: user));
        return [.. values];
    }
}
