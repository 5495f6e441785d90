using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>Redelivery, crashes and lost races neither lose nor repeat an intervention.</summary>
public sealed class FiringExactlyOnceTests
{
    private readonly RulesUnderTest _rules = new RulesUnderTest().Publish(
        Rule(Any(Where("user:count", AttributeOperator.Equal, "3"), Where("session:count", AttributeOperator.Equal, "3"))));

    [Fact]
    public async Task A_crash_before_the_outbox_is_made_good_by_the_repetition()
    {
        var batch = _rules.Engine.Records(0, Things(4).Select(thing => thing.Build()));
        _rules.Outbox.NextAppendFails = () => true;
        await Assert.ThrowsAsync<IOException>(() => _rules.Engine.ProcessAsync(batch));
        _rules.Outbox.NextAppendFails = () => false;
        _rules.Engine.Restart();
        await _rules.Engine.ProcessAsync(batch);
        Assert.Equal(2, _rules.Outbox.Messages.Count);
        Assert.Single(_rules.Outbox.Messages.Select(message => message.InterventionId).Distinct());
    }

    [Fact]
    public async Task A_repeated_batch_hands_out_the_same_ids()
    {
        var batch = _rules.Engine.Records(0, Things(4).Select(thing => thing.Build()));
        await _rules.Engine.ProcessAsync(batch);
        var first = _rules.Outbox.Messages.ToList();
        _rules.Engine.Restart();
        await _rules.Engine.ProcessAsync(batch);
        Assert.Equal(first, _rules.Outbox.Messages);
    }

    [Fact]
    public async Task A_finished_message_is_not_handed_out_again_by_a_later_batch()
    {
        await _rules.Engine.ProcessAsync(Things(4));
        var calls = 0;
        _rules.Outbox.NextAppendFails = () => calls++ < 0;
        await _rules.Engine.ProcessAsync(Thing("1", 10));
        _rules.Engine.Restart();
        await _rules.Engine.ProcessAsync(Thing("1", 11));
        Assert.Equal(0, calls);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Lost_races_leave_exactly_one_intervention_per_cause_also_across_keys(int seed)
    {
        var random = new Random(seed);
        _rules.Engine.Profiles.LosesRace = _ => random.Next(4) == 0;
        await ProcessSixtyChangesAsync();
        AssertOnceEach(expectedNudges: 2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Failures_leave_exactly_one_intervention_per_cause_also_across_keys(int seed)
    {
        var random = new Random(seed);
        _rules.Engine.Profiles.NextWriteFails =
            () => random.Next(5) switch { 0 => StoreFailure.BeforeWriting, 1 => StoreFailure.AfterWriting, _ => StoreFailure.None };
        _rules.Outbox.NextAppendFails = () => random.Next(4) == 0;
        await ProcessSixtyChangesAsync();
        AssertOnceEach(expectedNudges: 2);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Races_and_partial_writes_together_leave_exactly_one_intervention_per_cause(int seed)
    {
        var random = new Random(seed);
        _rules.Publish(Rule(Where("user:count", AttributeOperator.Equal, "3")));
        _rules.Engine.Profiles.LosesRace = _ => random.Next(4) == 0;
        _rules.Engine.Profiles.NextWriteFails = () => random.Next(6) switch
        {
            0 => StoreFailure.BeforeWriting,
            1 => StoreFailure.AfterWriting,
            2 => StoreFailure.Halfway,
            _ => StoreFailure.None,
        };
        _rules.Outbox.NextAppendFails = () => random.Next(4) == 0;
        await ProcessSixtyChangesAsync();
        AssertOnceEach(expectedNudges: 1);
    }

    private async Task ProcessSixtyChangesAsync()
    {
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Changed), "each_change"));
        for (var batch = 0; batch < 20; batch++)
            await RepeatUntilDoneAsync(_rules.Engine.Records(0, Enumerable.Range(0, 3).Select(i => Thing($"\"{batch}-{i}\"", batch * 3 + i).Build())));
    }

    private void AssertOnceEach(int expectedNudges)
    {
        Assert.Equal(60, _rules.SentNames.Count(name => name == "each_change"));
        Assert.Equal(expectedNudges, _rules.SentNames.Count(name => name == "nudge"));
    }

    private async Task RepeatUntilDoneAsync(IReadOnlyList<LogRecord> records)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                await _rules.Engine.ProcessAsync(records);
                return;
            }
            catch (Exception e) when (e is IOException or StoreUnavailableException)
            {
                _rules.Engine.Restart();
            }
        }
        Assert.Fail("The batch never went through.");
    }
}
