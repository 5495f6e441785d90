using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Signals.Engine.Attributes;
using Signals.Engine.Identities;
using Signals.Engine.Interventions;
using Housekeeping = Signals.Functions.Azure.Housekeeping;

namespace Signals.Functions.Tests.Azure;

public sealed class HousekeepingTests
{
    private readonly Mock<IInterventionOutbox> _outbox = new();
    private readonly Mock<IProfileStore> _profiles = new();

    [Fact]
    public async Task Steps_are_taken_until_nothing_is_left()
    {
        _outbox.SetupSequence(outbox => outbox.RemoveExpiredAsync(1000, default)).ReturnsAsync(1000).ReturnsAsync(12);
        _profiles.SetupSequence(profiles => profiles.RemoveExpiredAsync(1000, default)).ReturnsAsync(1000).ReturnsAsync(1000).ReturnsAsync(0);

        await new Housekeeping(_outbox.Object, _profiles.Object, Upkeep(), NullLogger<Housekeeping>.Instance).RunAsync(new TimerInfo(), Mock.Of<FunctionContext>());

        _outbox.Verify(outbox => outbox.RemoveExpiredAsync(1000, default), Times.Exactly(2));
        _profiles.Verify(profiles => profiles.RemoveExpiredAsync(1000, default), Times.Exactly(3));
    }

    private static IdentityUpkeep Upkeep()
    {
        var store = new MemoryIdentityStore();
        var configurations = Mock.Of<IIdentityConfigurationSource>(source => source.Current == new IdentifierPlan(IdentityConfiguration.None));
        return new IdentityUpkeep(
            store, configurations, new IdentityResolver(store, null, TimeProvider.System), Mock.Of<IMergeEventSink>(), new ResolutionMetrics(), TimeProvider.System);
    }

    [Fact]
    public void Schedule_has_six_fields_or_is_a_setting()
    {
        var trigger = typeof(Housekeeping).GetMethod(nameof(Housekeeping.RunAsync))!.GetParameters()[0].GetCustomAttribute<TimerTriggerAttribute>()!;

        Assert.Equal(6, trigger.Schedule.Split(' ').Length);
    }
}
