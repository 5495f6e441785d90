using Signals.CosmosEmulator;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosInterventionOutboxTests : InterventionOutboxCompliance, IAsyncLifetime
{
    private static readonly InterventionTarget Ann = new("user_id", "ann");
    private static readonly InterventionTarget Bob = new("user_id", "bob");

    private TemporaryCosmos _cosmos = null!;
    private IInterventionOutbox _outbox = null!;
    private IInterventionOutbox _ofOtherProcess = null!;

    protected override IInterventionOutbox Outbox => _outbox;

    protected override IInterventionOutbox OfOtherProcess => _ofOtherProcess;

    protected override bool ExpiresByItself => true;

    public async Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(Time);
        await _cosmos.CreateAsync();
        _outbox = NewProcess();
        _ofOtherProcess = NewProcess();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public void Keeping_entries_for_less_than_an_hour_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new CosmosInterventionOutbox(_cosmos.Open(options => options with { OutboxRetention = TimeSpan.FromMinutes(59) }), Time));

    [Fact]
    public async Task Several_processes_that_append_the_same_and_other_messages_lose_none_and_double_none()
    {
        const int each = 40;
        var common = Enumerable.Range(0, each).Select(_ => Message(Ann)).ToList();
        var processes = Enumerable.Range(0, 4).Select(_ => NewProcess()).ToList();
        var own = processes.ConvertAll(_ => Enumerable.Range(0, each).Select(_ => Message(Bob)).ToList());

        var added = await Task.WhenAll(processes.Select((process, p) => Task.Run(async () =>
        {
            var added = 0;
            for (var i = 0; i < each; i++)
                added += await process.AppendAsync([own[p][i], own[p][i] with { Target = Ann }, common[i]], default);
            return added;
        })));

        var read = await ReadToEndAsync(NewProcess(), 0);
        Assert.Equal(Enumerable.Range(1, 9 * each).Select(i => (long)i), read.Select(entry => entry.Sequence));
        Assert.Equal(9 * each, added.Sum());
        Assert.Equal(
            common.Concat(own.SelectMany(messages => messages)).Select(message => message.InterventionId).Order(),
            read.Select(entry => entry.Message.InterventionId).Distinct().Order());
        var places = read.GroupBy(entry => entry.Message.InterventionId, entry => entry.Sequence).Where(group => group.Count() == 2);
        Assert.All(places, siblings => Assert.Equal(1, siblings.Max() - siblings.Min()));
    }

    [Fact]
    public async Task What_is_appended_at_once_in_one_process_shares_transactions()
    {
        await Outbox.AppendAsync([Message(Ann)], default);
        _cosmos.Emulator.Meter.Reset();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Outbox.AppendAsync([Message(Ann)], default).AsTask()));

        Assert.Equal(201, await Outbox.ReadEndAsync(default));
        Assert.InRange(Requests(CosmosOperation.Batch), 3, 20);
    }

    [Fact]
    public async Task Repeated_messages_among_new_ones_are_left_out()
    {
        var messages = Enumerable.Range(0, 60).Select(_ => Message(Ann)).ToList();
        await Outbox.AppendAsync([.. messages.Where((_, i) => i % 3 == 0)], default);

        Assert.Equal(40, await OfOtherProcess.AppendAsync([.. messages, messages[1], messages[2]], default));

        Assert.Equal(60, (await Outbox.ReadAsync(0, 100, default)).Select(entry => entry.Message.InterventionId).Distinct().Count());
        Assert.Equal(60, await Outbox.ReadEndAsync(default));
    }

    [Fact]
    public async Task More_than_a_transaction_holds_keeps_the_targets_of_an_intervention_together()
    {
        var processes = new[] { Outbox, OfOtherProcess };
        var many = processes.Select(_ => Enumerable.Range(0, 80).SelectMany(_ =>
        {
            var message = Message(Ann);
            return new[] { message, message with { Target = Bob }, message with { Target = new("user_id", "carl") } };
        }).ToList()).ToList();

        var added = await Task.WhenAll(processes.Select((process, i) => process.AppendAsync(many[i], default).AsTask()));

        Assert.Equal([240, 240], added);
        var read = await ReadToEndAsync(NewProcess(), 0);
        Assert.Equal(480, read.Count);
        Assert.All(read.Chunk(3), siblings => Assert.Single(siblings.Select(entry => entry.Message.InterventionId).Distinct()));
    }

    [Fact]
    public async Task Large_messages_are_divided_by_their_size()
    {
        var attributes = new Dictionary<string, string> { ["text"] = new('x', 400_000) };

        Assert.Equal(7, await Outbox.AppendAsync([.. Enumerable.Range(0, 7).Select(_ => Message(Ann) with { Attributes = attributes })], default));

        Assert.Equal(7, (await ReadToEndAsync(OfOtherProcess, 0)).Count);
    }

    [Fact]
    public async Task Message_that_is_too_large_spoils_nobody_elses_append()
    {
        var tooLarge = Message(Ann) with { Attributes = new Dictionary<string, string> { ["text"] = new('x', 2_500_000) } };
        await Outbox.AppendAsync([Message(Ann)], default);

        var appends = Enumerable.Range(0, 10).Select(i => Outbox.AppendAsync([i == 5 ? tooLarge : Message(Bob)], default).AsTask()).ToList();
        await Task.WhenAll(appends).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal([5], Enumerable.Range(0, 10).Where(i => appends[i].IsFaulted));
        Assert.Equal(10, (await ReadToEndAsync(OfOtherProcess, 0)).Count);
    }

    [Fact]
    public async Task Followers_in_two_processes_see_the_same_in_the_same_order()
    {
        const int appends = 60;
        using var patience = new CancellationTokenSource(Patience);
        var following = new[] { Outbox, OfOtherProcess }.Select(process => Task.Run(() => FollowAsync(process, 0, 2 * appends, patience.Token))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => NewProcess()).Select(process => Task.Run(async () =>
        {
            for (var i = 0; i < appends / 3; i++)
                await process.AppendAsync([Message(Ann), Message(Bob)], default);
        })));

        var seen = await Task.WhenAll(following);

        Assert.Equal(Enumerable.Range(1, 2 * appends).Select(i => (long)i), seen[0].Select(entry => entry.Sequence));
        Assert.Equal(seen[0].Select(entry => entry.Message.InterventionId), seen[1].Select(entry => entry.Message.InterventionId));
    }

    [Fact]
    public async Task Follower_that_starts_anew_goes_on_from_its_position()
    {
        using var patience = new CancellationTokenSource(Patience);
        await Outbox.AppendAsync([.. Enumerable.Range(0, 30).Select(_ => Message(Ann))], default);
        var first = await FollowAsync(OfOtherProcess, 10, 5, patience.Token);
        await Outbox.AppendAsync([Message(Bob)], default);

        var restarted = NewProcess();
        var second = Task.Run(() => FollowAsync(restarted, first[^1].Sequence, 18, patience.Token));
        await Outbox.AppendAsync([Message(Bob), Message(Bob)], default);

        Assert.Equal(Enumerable.Range(11, 23).Select(i => (long)i), [.. first.Select(entry => entry.Sequence), .. (await second).Select(entry => entry.Sequence)]);
    }

    [Fact]
    public async Task All_who_wait_in_a_process_share_one_feed_and_what_it_brings_is_not_read_again()
    {
        await Outbox.AppendAsync([Message(Ann)], default);
        var waiting = Enumerable.Range(0, 50).Select(_ => OfOtherProcess.WaitAsync(1, default).AsTask()).ToList();
        await AwaitRequestsAsync(CosmosOperation.ChangeFeed, 3);
        _cosmos.Emulator.Meter.Reset();

        await Outbox.AppendAsync([Message(Bob)], default);
        await Task.WhenAll(waiting).WaitAsync(Patience);
        for (var i = 0; i < 50; i++)
            Assert.Equal([2], (await OfOtherProcess.ReadAsync(1, 10, default)).Select(entry => entry.Sequence));

        Assert.InRange(Requests(CosmosOperation.ChangeFeed), 1, 3);
        Assert.Equal(0, Requests(CosmosOperation.Query));
    }

    [Fact]
    public async Task What_is_forgotten_leaves_the_memory_of_processes_that_follow()
    {
        await Outbox.AppendAsync([Message(Ann)], default);
        var waiting = OfOtherProcess.WaitAsync(1, default).AsTask();
        await AwaitRequestsAsync(CosmosOperation.ChangeFeed, 2);
        await Outbox.AppendAsync([Message(Ann), Message(Bob)], default);
        await waiting.WaitAsync(Patience);
        Assert.Equal([2, 3], (await OfOtherProcess.ReadAsync(1, 10, default)).Select(entry => entry.Sequence));

        Assert.Equal(2, await Outbox.ForgetAsync(Ann, default));
        await Outbox.AppendAsync([Message(Bob)], default);
        await OfOtherProcess.WaitAsync(3, default).AsTask().WaitAsync(Patience);

        Assert.Equal([3, 4], (await OfOtherProcess.ReadAsync(1, 10, default)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task What_is_forgotten_does_not_come_back_when_it_is_handed_out_again()
    {
        var message = Message(Ann);
        await Outbox.AppendAsync([message], default);
        await Outbox.ForgetAsync(Ann, default);

        Assert.Equal(0, await OfOtherProcess.AppendAsync([message], default));
        Assert.Empty(await OfOtherProcess.ReadAsync(0, 10, default));
    }

    [Fact]
    public async Task Who_comes_back_to_a_process_that_follows_gets_from_memory_what_the_store_has()
    {
        var random = new Random(84);
        var targets = Enumerable.Range(0, 6).Select(i => new InterventionTarget("domain_userid", $"218e8926-3858-431d-b2ed-66da03a1cb{i:D2}")).ToList();
        using var patience = new CancellationTokenSource(Patience);
        var appended = 0;
        while (appended < 5000)
            appended += await Outbox.AppendAsync([.. Enumerable.Range(0, 99).Select(_ => Message(targets[random.Next(4)]))], default);
        var following = NewProcess();
        var waiting = following.WaitAsync(long.MaxValue - 1, patience.Token).AsTask();
        // The feed repeats the last seconds, in pages of a thousand.
        await AwaitRequestsAsync(CosmosOperation.ChangeFeed, 8);
        _cosmos.Emulator.Meter.Reset();

        for (var turn = 0; turn < 60; turn++)
        {
            if (turn % 20 == 7)
                await Outbox.ForgetAsync(targets[5], default);
            appended += await Outbox.AppendAsync([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Message(targets[random.Next(6)]))], default);
            InterventionTarget[] some = [targets[random.Next(6)], targets[random.Next(6)] with { Identifier = targets[5].Identifier.ToUpperInvariant() }];
            var (after, limit) = (appended - random.Next(2500), 1 + random.Next(300));

            var queries = Requests(CosmosOperation.Query);
            var fromMemory = await following.ReadForTargetsAsync(some, after, limit, default);
            Assert.Equal(queries, Requests(CosmosOperation.Query));
            var fromStore = await OfOtherProcess.ReadForTargetsAsync(some, after, limit, default);

            Assert.Equal(fromStore.Select(entry => (entry.Sequence, entry.Message.InterventionId)), fromMemory.Select(entry => (entry.Sequence, entry.Message.InterventionId)));
        }

        // What it did not begin with has to be looked for.
        Assert.Equal(await Sequences(OfOtherProcess, 0), await Sequences(following, 0));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        async Task<IEnumerable<long>> Sequences(IInterventionOutbox outbox, long after) =>
            (await outbox.ReadForTargetsAsync(targets, after, 10_000, default)).Select(entry => entry.Sequence);
    }

    private IInterventionOutbox NewProcess() => new CosmosInterventionOutbox(_cosmos.Open(options => options), Time);

    private long Requests(CosmosOperation operation) => _cosmos.Emulator.Meter.Total("outbox", operation).Requests;

    private async Task AwaitRequestsAsync(CosmosOperation operation, int requests)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Requests(operation) < requests)
            await Task.Delay(5, patience.Token);
    }

    private static async Task<List<OutboxEntry>> FollowAsync(IInterventionOutbox outbox, long position, int entries, CancellationToken cancellationToken)
    {
        var seen = new List<OutboxEntry>();
        while (seen.Count < entries)
        {
            var after = seen.Count == 0 ? position : seen[^1].Sequence;
            await outbox.WaitAsync(after, cancellationToken);
            seen.AddRange(await outbox.ReadAsync(after, entries - seen.Count, cancellationToken));
        }
        return seen;
    }

    private static async Task<List<OutboxEntry>> ReadToEndAsync(IInterventionOutbox outbox, long after)
    {
        var seen = new List<OutboxEntry>();
        while (await outbox.ReadAsync(seen.Count == 0 ? after : seen[^1].Sequence, 100, default) is { Count: > 0 } page)
            seen.AddRange(page);
        return seen;
    }
}
