using Signals.Engine.Interventions;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every outbox of interventions does.</summary>
public abstract class InterventionOutboxCompliance
{
    protected const string Hub = "elsewhere/1/a";

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly InterventionTarget Ann = new("domain_userid", "218e8926-3858-431d-b2ed-66da03a1cbe5");
    private static readonly InterventionTarget Bob = new("domain_userid", "8c9104e3-c300-4b20-82f2-93b7fa0b8feb");

    protected ManualTime Time { get; } = new();

    protected abstract IInterventionOutbox Outbox { get; }

    /// <summary>The same outbox as another process has it.</summary>
    protected abstract IInterventionOutbox OfOtherProcess { get; }

    /// <summary>Whether what is too old goes by itself, without being asked.</summary>
    protected virtual bool ExpiresByItself => false;

    [Fact]
    public async Task Empty_outbox_has_no_entries()
    {
        Assert.Equal(0, await Outbox.ReadEndAsync(default));
        Assert.Empty(await Outbox.ReadAsync(0, 10, default));
        Assert.Empty(await Outbox.ReadForTargetsAsync([Ann], 0, 10, default));
        Assert.Empty(await Outbox.ReadNewestAsync(null, long.MaxValue, 10, default));
        Assert.Empty(await Outbox.ReadHubsAsync(default));
        Assert.Empty(await Outbox.ReadReceiptsAsync(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task Every_member_of_a_message_comes_back()
    {
        var full = Message(Ann) with
        {
            Attributes = new Dictionary<string, string> { ["cart_value"] = "250.0", ["name"] = "\"Åse \\\"quoted\\\"\"", ["empty"] = "" },
            Decision = InterventionDecision.HeldOut,
            ExpiresAt = Time.GetUtcNow().AddMinutes(5),
            WantsReceipt = true,
        };
        var plain = Message(new InterventionTarget("user_id", "Zoë@example.com"));
        await Outbox.AppendAsync([full, plain], default);

        var read = await OfOtherProcess.ReadAsync(0, 10, default);

        Assert.Equal([1, 2], read.Select(entry => entry.Sequence));
        AssertEqual(full, read[0].Message);
        AssertEqual(plain, read[1].Message);
    }

    [Fact]
    public async Task Reading_on_from_the_last_entry_sees_each_entry_once()
    {
        var sent = Enumerable.Range(0, 25).Select(_ => Message(Ann)).ToList();
        foreach (var chunk in sent.Chunk(4))
            await Outbox.AppendAsync(chunk, default);

        var seen = new List<OutboxEntry>();
        while (await Outbox.ReadAsync(seen.Count == 0 ? 0 : seen[^1].Sequence, 3, default) is { Count: > 0 } page)
            seen.AddRange(page);

        Assert.Equal(sent.Select(message => message.InterventionId), seen.Select(entry => entry.Message.InterventionId));
        Assert.Equal(seen[^1].Sequence, await Outbox.ReadEndAsync(default));
    }

    [Fact]
    public async Task Message_is_kept_once_per_intervention_and_target()
    {
        var toAnn = Message(Ann);
        var toBob = toAnn with { Target = Bob };

        Assert.Equal(1, await Outbox.AppendAsync([toAnn], default));
        Assert.Equal(1, await OfOtherProcess.AppendAsync([toAnn with { Name = "changed" }, toBob], default));
        Assert.Equal(0, await Outbox.AppendAsync([toBob, toAnn], default));

        var read = await Outbox.ReadAsync(0, 10, default);
        Assert.Equal([Ann, Bob], read.Select(entry => entry.Message.Target));
        Assert.Equal("cart_help", read[0].Message.Name);
        Assert.Equal([1, 2], read.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Entries_for_targets_come_in_order_without_those_of_others()
    {
        var carl = Ann with { AttributeKey = "network_userid" };
        foreach (var target in new[] { Ann, Bob, carl, Ann, Bob, carl })
            await Outbox.AppendAsync([Message(target)], default);

        Assert.Equal([1, 3, 4, 6], await SequencesFor([carl, Ann], 0, 10));
        Assert.Equal([4, 5], await SequencesFor([Ann, Bob], 2, 2));
        Assert.Equal([2, 5], await SequencesFor([Bob, Bob], 0, 10));
    }

    [Fact]
    public async Task Case_does_not_matter_for_UUIDs_and_matters_for_others()
    {
        await Outbox.AppendAsync([Message(Ann), Message(new("user_id", "Ann")), Message(new("user_id", "ann"))], default);

        Assert.Equal([1], await SequencesFor([Ann with { Identifier = Ann.Identifier.ToUpperInvariant() }], 0, 10));
        Assert.Equal([2], await SequencesFor([new("user_id", "Ann")], 0, 10));
    }

    [Fact]
    public async Task Newest_entries_come_first_and_page_by_page()
    {
        for (var i = 0; i < 7; i++)
            await Outbox.AppendAsync([Message(Ann) with { Name = i % 2 == 0 ? "even" : "odd" }], default);

        Assert.Equal([7, 6, 5], await Newest(null, long.MaxValue, 3));
        Assert.Equal([4, 3, 2], await Newest(null, 5, 3));
        Assert.Equal([7, 5], await Newest("even", long.MaxValue, 2));
        Assert.Equal([3, 1], await Newest("even", 5, 10));
        Assert.Empty(await Newest("none", long.MaxValue, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Outbox.ReadNewestAsync(null, long.MaxValue, 0, default));
    }

    [Fact]
    public async Task Concurrent_appends_of_two_processes_are_numbered_without_gap_and_stay_together()
    {
        await Task.WhenAll(new[] { Outbox, OfOtherProcess }.SelectMany(outbox => Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                var message = Message(Ann);
                await outbox.AppendAsync([message, message with { Target = Bob }], default);
            }
        }))));

        var read = await Outbox.ReadAsync(0, 1000, default);
        Assert.Equal(Enumerable.Range(1, 400).Select(i => (long)i), read.Select(entry => entry.Sequence));
        foreach (var pair in read.Chunk(2))
            Assert.Equal(pair[0].Message.InterventionId, pair[1].Message.InterventionId);
    }

    [Fact]
    public async Task A_reader_who_follows_misses_nothing_of_two_writers()
    {
        const int each = 150;
        var writers = Task.WhenAll(new[] { Outbox, OfOtherProcess }.Select(outbox => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                await outbox.AppendAsync([Message(Ann)], default);
        })));

        var seen = new List<long>();
        using var patience = new CancellationTokenSource(Patience);
        while (seen.Count < 2 * each)
        {
            var after = seen.Count == 0 ? 0 : seen[^1];
            await Outbox.WaitAsync(after, patience.Token);
            seen.AddRange((await Outbox.ReadAsync(after, 7, patience.Token)).Select(entry => entry.Sequence));
        }
        await writers;

        Assert.Equal(Enumerable.Range(1, 2 * each).Select(i => (long)i), seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Waiting_ends_when_an_entry_is_appended(bool byOtherProcess)
    {
        await Outbox.AppendAsync([Message(Ann)], default);
        await Outbox.WaitAsync(0, default).AsTask().WaitAsync(Patience);
        var waiting = Outbox.WaitAsync(1, default).AsTask();
        Assert.False(waiting.IsCompleted);

        await (byOtherProcess ? OfOtherProcess : Outbox).AppendAsync([Message(Ann)], default);

        await waiting.WaitAsync(Patience);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Outbox.WaitAsync(0, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Entries_stay_for_an_hour_at_least_and_numbering_goes_on_after_they_went()
    {
        var old = Message(Ann);
        await Outbox.AppendAsync([old, Message(Bob)], default);
        Time.Advance(IInterventionOutbox.Retention);
        Assert.Equal(0, await Outbox.RemoveExpiredAsync(100, default));
        Assert.Equal(2, (await Outbox.ReadAsync(0, 10, default)).Count);

        Time.Advance(TimeSpan.FromDays(30));
        await Outbox.AppendAsync([Message(Ann)], default);
        if (!ExpiresByItself)
        {
            Assert.Equal(1, await Outbox.RemoveExpiredAsync(1, default));
            Assert.Equal(1, await Outbox.RemoveExpiredAsync(100, default));
        }
        Assert.Equal(0, await Outbox.RemoveExpiredAsync(100, default));

        Assert.Equal([3], (await Outbox.ReadAsync(0, 10, default)).Select(entry => entry.Sequence));
        Assert.Equal(3, await Outbox.ReadEndAsync(default));
        await Outbox.AppendAsync([old], default);
        Assert.Equal([3, 4], (await Outbox.ReadAsync(0, 10, default)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Receipts_are_read_by_intervention_and_the_last_one_counts()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        await Outbox.SaveReceiptsAsync([new(one, Ann, Hub, false), new(one, Bob, Hub, false), new(other, Ann, Hub, true)], default);
        await OfOtherProcess.SaveReceiptsAsync([new(one, Ann, Hub, true), new(one, Ann, "elsewhere/2/b", false)], default);

        var receipts = await Outbox.ReadReceiptsAsync(one, default);

        Assert.Equal(
            [new(one, Ann, Hub, true), new(one, Ann, "elsewhere/2/b", false), new(one, Bob, Hub, false)],
            receipts.OrderBy(receipt => receipt.Target.Identifier).ThenBy(receipt => receipt.Hub));
    }

    [Fact]
    public async Task Hubs_are_alive_until_their_time_runs_out_or_they_take_it_back()
    {
        await Outbox.AnnounceHubAsync(Hub, Time.GetUtcNow().AddSeconds(10), default);
        await OfOtherProcess.AnnounceHubAsync("elsewhere/2/b", Time.GetUtcNow().AddSeconds(20), default);
        Assert.Equal([Hub, "elsewhere/2/b"], await Outbox.ReadHubsAsync(default));

        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["elsewhere/2/b"], await Outbox.ReadHubsAsync(default));

        await Outbox.AnnounceHubAsync(Hub, Time.GetUtcNow().AddSeconds(10), default);
        await OfOtherProcess.AnnounceHubAsync("elsewhere/2/b", Time.GetUtcNow(), default);
        Assert.Equal([Hub], await Outbox.ReadHubsAsync(default));
    }

    [Fact]
    public async Task What_was_decided_for_a_person_can_be_forgotten()
    {
        var ann = new InterventionTarget("user_id", "ann");
        await Outbox.AppendAsync([Message(Ann), Message(Bob), Message(Ann), Message(ann)], default);

        Assert.Equal(0, await Outbox.ForgetAsync(ann with { Identifier = "Ann" }, default));
        Assert.Equal(2, await Outbox.ForgetAsync(Ann with { Identifier = Ann.Identifier.ToUpperInvariant() }, default));
        Assert.Equal(1, await OfOtherProcess.ForgetAsync(ann, default));

        Assert.Equal([2], (await Outbox.ReadAsync(0, 10, default)).Select(entry => entry.Sequence));
        Assert.Equal(4, await Outbox.ReadEndAsync(default));
    }

    protected InterventionMessage Message(InterventionTarget target) => new()
    {
        InterventionId = Guid.NewGuid(),
        Name = "cart_help",
        Version = 3,
        Attributes = new Dictionary<string, string>(),
        Target = target,
        DecidedAt = Time.GetUtcNow(),
    };

    private static void AssertEqual(InterventionMessage expected, InterventionMessage actual)
    {
        Assert.Equal(expected.Attributes, actual.Attributes);
        Assert.Equal(expected with { Attributes = actual.Attributes }, actual);
    }

    private async Task<IEnumerable<long>> SequencesFor(InterventionTarget[] targets, long after, int limit) =>
        (await Outbox.ReadForTargetsAsync(targets, after, limit, default)).Select(entry => entry.Sequence);

    private async Task<IEnumerable<long>> Newest(string? name, long before, int limit) =>
        (await Outbox.ReadNewestAsync(name, before, limit, default)).Select(entry => entry.Sequence);
}
