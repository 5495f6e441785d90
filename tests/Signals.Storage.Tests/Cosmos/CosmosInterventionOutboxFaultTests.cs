using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

/// <summary>What the outbox makes of everything that goes wrong between it and Cosmos DB.</summary>
public sealed class CosmosInterventionOutboxFaultTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private TemporaryCosmos _cosmos = null!;
    private CosmosInterventionOutbox _outbox = null!;
    private CosmosInterventionOutbox _ofOtherProcess = null!;

    public static TheoryData<string> LostReplies => ["reset", "503", "408", "silent"];

    public async Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(_time);
        await _cosmos.CreateAsync();
        _outbox = NewProcess();
        _ofOtherProcess = NewProcess();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task Append_whose_answer_was_lost_is_done_once_and_says_what_was_new(string how)
    {
        var outbox = how == "silent" ? NewProcess(options => options with { RequestTimeout = TimeSpan.FromSeconds(3) }) : _outbox;
        var old = Message();
        await outbox.AppendAsync([old], default);
        var lost = Order(how switch
        {
            "reset" => Fault.ReplyLost,
            "silent" => Fault.ReplySilent,
            var status => Fault.ReplyReplaced(int.Parse(status)),
        }, CosmosOperation.Batch);

        Assert.Equal(2, await outbox.AppendAsync([Message(), Message()], default));

        Assert.Equal(1, lost.Strikes());
        Assert.Equal([1, 2, 3], await SequencesAsync(_ofOtherProcess));
        Assert.Equal(0, await outbox.AppendAsync([old], default));
    }

    [Fact]
    public async Task First_append_whose_answer_was_lost_is_done_once()
    {
        Order(Fault.ReplyLost, CosmosOperation.Batch);

        Assert.Equal(2, await _outbox.AppendAsync([Message(), Message()], default));

        Assert.Equal([1, 2], await SequencesAsync(_ofOtherProcess));
    }

    [Fact]
    public async Task Append_that_was_not_done_is_reported_and_can_be_repeated()
    {
        var message = Message();
        Order(Fault.Status(503), CosmosOperation.Batch, count: null);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _outbox.AppendAsync([message], default));
        _cosmos.Emulator.Faults.Clear();

        Assert.Equal(1, await _outbox.AppendAsync([message], default));
        Assert.Equal([1], await SequencesAsync(_ofOtherProcess));
    }

    [Fact]
    public async Task Throttled_append_is_repeated_by_the_client()
    {
        var throttled = Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(5)), CosmosOperation.Batch, count: 2);

        Assert.Equal(1, await _outbox.AppendAsync([Message()], default));

        Assert.Equal(2, throttled.Strikes());
    }

    [Fact]
    public async Task Append_that_goes_on_being_throttled_says_for_how_long()
    {
        Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(5)), CosmosOperation.Batch, count: null);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _outbox.AppendAsync([Message()], default));

        Assert.Equal(TimeSpan.FromMilliseconds(5), error.RetryAfter);
        Assert.Equal(3, _cosmos.Emulator.Meter.Total("outbox", CosmosOperation.Batch).Requests);
    }

    [Fact]
    public async Task Append_that_loses_races_follows_the_winners()
    {
        var faster = new Queue<InterventionMessage>([Message(), Message(), Message()]);
        await _outbox.AppendAsync([Message()], default);
        var race = Order(Fault.Meanwhile(async (_, token) => await _ofOtherProcess.AppendAsync([faster.Dequeue()], token)), CosmosOperation.Batch);

        Assert.Equal(2, await _outbox.AppendAsync([Message(), Message()], default));

        Assert.Equal(1, race.Strikes());
        Assert.Equal([1, 2, 3, 4], await SequencesAsync(_outbox));
    }

    [Fact]
    public async Task Append_that_loses_the_race_for_its_own_message_adds_nothing()
    {
        var message = Message();
        await _outbox.AppendAsync([Message()], default);
        Order(Fault.Meanwhile(async (_, token) => await _ofOtherProcess.AppendAsync([message], token)), CosmosOperation.Batch);

        Assert.Equal(0, await _outbox.AppendAsync([message], default));

        Assert.Equal([1, 2], await SequencesAsync(_outbox));
    }

    [Fact]
    public async Task Append_that_reads_the_end_from_a_replica_that_lags_tries_again()
    {
        await _outbox.AppendAsync([Message()], default);
        await _outbox.AppendAsync([Message()], default);
        var lag = Order(Fault.StaleRead, CosmosOperation.ReadItem);

        Assert.Equal(1, await _ofOtherProcess.AppendAsync([Message()], default));

        Assert.Equal(1, lag.Strikes());
        Assert.Equal([1, 2, 3], await SequencesAsync(_outbox));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    [InlineData("429")]
    public async Task Follower_goes_on_after_a_failure_of_the_feed_and_misses_nothing(string how)
    {
        await _outbox.AppendAsync([Message()], default);
        using var patience = new CancellationTokenSource(Patience);
        var waiting = _ofOtherProcess.WaitAsync(1, patience.Token).AsTask();
        await AwaitFeedAsync(waiting, patience.Token);
        Order(how switch
        {
            "reset" => Fault.ReplyLost,
            "429" => Fault.TooManyRequests(TimeSpan.FromMilliseconds(5)),
            var status => Fault.ReplyReplaced(int.Parse(status)),
        }, CosmosOperation.ChangeFeed, count: 40);
        await _outbox.AppendAsync([Message(), Message()], default);

        var seen = new List<long>();
        while (seen.Count < 2)
        {
            try
            {
                await waiting;
                seen.AddRange((await _ofOtherProcess.ReadAsync(seen.Count == 0 ? 1 : seen[^1], 10, patience.Token)).Select(entry => entry.Sequence));
            }
            catch (StoreUnavailableException)
            {
                // What a hub does: it tries again.
            }
            waiting = _ofOtherProcess.WaitAsync(seen.Count == 0 ? 1 : seen[^1], patience.Token).AsTask();
        }

        Assert.Equal([2, 3], seen);
        await patience.CancelAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task What_is_appended_while_a_follower_begins_is_not_missed(int before)
    {
        for (var i = 0; i < before; i++)
            await _outbox.AppendAsync([Message()], default);
        // The newest entries have been read, the feed has not begun; and the clock of this process is wrong.
        Order(Fault.Meanwhile(async (_, token) => await _outbox.AppendAsync([Message(), Message()], token)), CosmosOperation.ChangeFeed);
        var clock = new ManualTime();
        clock.Advance(TimeSpan.FromMinutes(3));
        var following = new CosmosInterventionOutbox(_cosmos.Open(options => options), clock);

        await following.WaitAsync(before, default).AsTask().WaitAsync(Patience);

        Assert.Equal([before + 1, before + 2], (await following.ReadAsync(before, 10, default)).Select(entry => entry.Sequence));
        Assert.Equal(1, _cosmos.Emulator.Meter.Total("outbox", CosmosOperation.Query).Requests);
    }

    [Fact]
    public async Task Store_that_is_away_shows_to_those_who_wait()
    {
        Order(Fault.Status(503), CosmosOperation.ChangeFeed, count: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _outbox.WaitAsync(0, default).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task What_is_appended_while_several_targets_are_read_is_read_whole_or_later()
    {
        InterventionTarget[] targets = [new("user_id", "ann"), new("user_id", "bob")];
        await _ofOtherProcess.AppendAsync([.. targets.Select(target => Message() with { Target = target })], default);
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Meanwhile(async (_, token) =>
        {
            // The query for one target is answered; now that for the other would find more.
            while (_cosmos.Emulator.Meter.Total("outbox", CosmosOperation.Query).Requests < 1)
                await Task.Delay(1, token);
            await _ofOtherProcess.AppendAsync([.. targets.Reverse().Concat(targets).Select(target => Message() with { Target = target })], token);
        }))
        { Operations = [CosmosOperation.Query], Container = "outbox", Skip = 1 });

        var seen = new List<long>();
        while (await _outbox.ReadForTargetsAsync(targets, seen.LastOrDefault(), 100, default) is { Count: > 0 } page)
            seen.AddRange(page.Select(entry => entry.Sequence));

        Assert.Equal([1, 2, 3, 4, 5, 6], seen);
    }

    private CosmosInterventionOutbox NewProcess(Func<CosmosOptions, CosmosOptions>? configure = null) =>
        new(_cosmos.Open(options => (configure ?? (same => same))(options with { ThrottlingRetries = 2 })), _time);

    private InterventionMessage Message() => new()
    {
        InterventionId = Guid.NewGuid(),
        Name = "cart_help",
        Version = 3,
        Attributes = new Dictionary<string, string>(),
        Target = new("user_id", "ann"),
        DecidedAt = _time.GetUtcNow(),
    };

    private ActiveFault Order(Fault fault, CosmosOperation operation, int? count = 1) =>
        _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Operations = [operation], Container = "outbox", Count = count });

    private async Task AwaitFeedAsync(Task waiting, CancellationToken cancellationToken)
    {
        while (_cosmos.Emulator.Meter.Total("outbox", CosmosOperation.ChangeFeed).Requests < 2 && !waiting.IsCompleted)
            await Task.Delay(5, cancellationToken);
    }

    private static async Task<IEnumerable<long>> SequencesAsync(CosmosInterventionOutbox outbox) =>
        (await outbox.ReadAsync(0, 100, default)).Select(entry => entry.Sequence);
}
