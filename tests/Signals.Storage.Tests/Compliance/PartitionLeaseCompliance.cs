using Signals.Engine.Events;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every partition lease does.</summary>
public abstract class PartitionLeaseCompliance
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    protected ManualTime Time { get; } = new();

    protected abstract IPartitionLease NewOwner();

    [Fact]
    public async Task Free_lease_is_taken_and_renewed()
    {
        var owner = NewOwner();

        Assert.True(await owner.TryHoldAsync(0, Duration, default));
        Assert.True(await owner.TryHoldAsync(0, Duration, default));
        Assert.NotNull(await owner.ReadHolderAsync(0, default));
    }

    [Fact]
    public async Task Held_lease_is_refused_to_others()
    {
        await NewOwner().TryHoldAsync(0, Duration, default);

        Assert.False(await NewOwner().TryHoldAsync(0, Duration, default));
    }

    [Fact]
    public async Task Renewed_lease_stays_with_its_owner()
    {
        var (owner, other) = (NewOwner(), NewOwner());
        await owner.TryHoldAsync(0, Duration, default);
        Time.Advance(Duration / 2);
        await owner.TryHoldAsync(0, Duration, default);
        Time.Advance(Duration / 2);

        Assert.False(await other.TryHoldAsync(0, Duration, default));
    }

    [Fact]
    public async Task Lease_that_ran_out_goes_to_whoever_asks()
    {
        var (owner, other) = (NewOwner(), NewOwner());
        await owner.TryHoldAsync(0, Duration, default);
        Time.Advance(Duration);

        Assert.Null(await owner.ReadHolderAsync(0, default));
        Assert.True(await other.TryHoldAsync(0, Duration, default));
        Assert.False(await owner.TryHoldAsync(0, Duration, default));
    }

    [Fact]
    public async Task Released_lease_is_free_at_once()
    {
        var (owner, other) = (NewOwner(), NewOwner());
        await owner.TryHoldAsync(0, Duration, default);
        await owner.ReleaseAsync(0, default);

        Assert.True(await other.TryHoldAsync(0, Duration, default));
    }

    [Fact]
    public async Task Release_by_another_changes_nothing()
    {
        var (owner, other) = (NewOwner(), NewOwner());
        await owner.TryHoldAsync(0, Duration, default);
        await other.ReleaseAsync(0, default);

        Assert.False(await other.TryHoldAsync(0, Duration, default));
    }

    [Fact]
    public async Task Of_concurrent_owners_one_gets_it()
    {
        var got = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ =>
        {
            var owner = NewOwner();
            return Task.Run(async () => await owner.TryHoldAsync(0, Duration, default));
        }));

        Assert.Single(got, true);
    }
}
