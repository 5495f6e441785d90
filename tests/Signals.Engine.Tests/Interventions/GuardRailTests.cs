using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>Guard rails of interventions: our addition, see docs/interventions.md.</summary>
public sealed class GuardRailTests
{
    private readonly RulesUnderTest _rules = new();
    private int _events;

    [Fact]
    public async Task A_cooldown_suppresses_until_it_is_over_also_across_a_restart()
    {
        PublishEveryChange(new InterventionGuards { Cooldown = TimeSpan.FromMinutes(10) });
        await ChangeAsync();
        await ChangeAsync();
        _rules.Engine.Restart();
        await ChangeAsync();
        Assert.Single(_rules.Outbox.Messages);
        _rules.Engine.Time.Advance(TimeSpan.FromMinutes(10));
        await ChangeAsync();
        Assert.Equal(2, _rules.Outbox.Messages.Count);
    }

    [Fact]
    public async Task A_frequency_cap_lets_so_many_through_per_period()
    {
        PublishEveryChange(new InterventionGuards { FrequencyCap = new FrequencyCap(2, TimeSpan.FromHours(1)) });
        for (var i = 0; i < 5; i++)
            await ChangeAsync();
        Assert.Equal(2, _rules.Outbox.Messages.Count);
        _rules.Engine.Time.Advance(TimeSpan.FromHours(2));
        for (var i = 0; i < 5; i++)
            await ChangeAsync();
        Assert.Equal(4, _rules.Outbox.Messages.Count);
    }

    [Fact]
    public async Task It_is_sent_between_active_from_and_active_to_only()
    {
        var now = _rules.Engine.Time.Now;
        PublishEveryChange(new InterventionGuards { ActiveFrom = now.AddMinutes(1), ActiveTo = now.AddMinutes(3) });
        await ChangeAsync();
        Assert.Empty(_rules.Outbox.Messages);
        _rules.Engine.Time.Advance(TimeSpan.FromMinutes(2));
        await ChangeAsync();
        Assert.Single(_rules.Outbox.Messages);
        _rules.Engine.Time.Advance(TimeSpan.FromMinutes(1));
        await ChangeAsync();
        Assert.Single(_rules.Outbox.Messages);
    }

    [Fact]
    public async Task A_message_carries_its_expiry()
    {
        PublishEveryChange(new InterventionGuards { ExpiresAfter = TimeSpan.FromSeconds(30) });
        await ChangeAsync();
        var message = Assert.Single(_rules.Outbox.Messages);
        Assert.Equal(message.DecidedAt.AddSeconds(30), message.ExpiresAt);
    }

    [Fact]
    public async Task The_hold_out_is_a_fixed_share_of_targets_and_is_recorded()
    {
        PublishEveryChange(new InterventionGuards { HoldoutPercentage = 25 });
        for (var i = 0; i < 400; i++)
            await _rules.Engine.ProcessAsync(Thing("\"x\"", i).With("user_id", $"user-{i}"));
        var heldOut = _rules.Outbox.Messages.Where(message => message.Decision == InterventionDecision.HeldOut).Select(message => message.Target).ToHashSet();
        Assert.Equal(400, _rules.Outbox.Messages.Count);
        Assert.InRange(heldOut.Count, 60, 140);

        for (var i = 0; i < 400; i++)
            await _rules.Engine.ProcessAsync(Thing("\"y\"", 1000 + i).With("user_id", $"user-{i}"));
        Assert.All(_rules.Outbox.Messages, message => Assert.Equal(heldOut.Contains(message.Target), message.Decision == InterventionDecision.HeldOut));
    }

    [Fact]
    public async Task Once_per_target_sends_a_version_once()
    {
        var rules = new RulesUnderTest(new InterventionOptions { SendOncePerTarget = true });
        rules.Publish(Rule(Where("user:latest", AttributeOperator.Changed)));
        await rules.Engine.ProcessAsync(Thing("1", 1), Thing("2", 2), Thing("3", 3));
        rules.Engine.Restart();
        await rules.Engine.ProcessAsync(Thing("4", 4));
        Assert.Single(rules.Outbox.Messages);
    }

    private void PublishEveryChange(InterventionGuards guards) =>
        _rules.Publish(Rule(Where("user:latest", AttributeOperator.Changed)) with { Guards = guards });

    private Task ChangeAsync() => _rules.Engine.ProcessAsync(Thing($"\"{++_events}\"", _events));
}
