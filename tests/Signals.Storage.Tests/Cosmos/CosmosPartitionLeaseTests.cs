using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosPartitionLeaseTests : PartitionLeaseCompliance, IAsyncLifetime
{
    private TemporaryCosmos _cosmos = null!;

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(Time);
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Renewal_that_loses_a_race_is_refused()
    {
        var owner = NewOwner();
        await owner.TryHoldAsync(0, TimeSpan.FromSeconds(10), default);
        _cosmos.Emulator.Faults.Next(CosmosOperation.ReplaceItem, Fault.RaceLost);

        Assert.False(await owner.TryHoldAsync(0, TimeSpan.FromSeconds(10), default));
    }

    protected override IPartitionLease NewOwner() => new CosmosPartitionLease(_cosmos.First, Time);
}
