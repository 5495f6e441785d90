using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

public sealed class MemoryIdentityStoreTests : IdentityStoreCompliance
{
    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new MemoryIdentityStore());

    [Fact]
    public async Task Mark_that_is_too_old_says_so()
    {
        var store = new MemoryIdentityStore { RememberedChanges = 2 };
        var mark = (await store.ChangesAsync(0, [], default))!.Value;
        for (var number = 0; number < 4; number++)
            await store.TryWriteAsync(ItemChange.Create(new IdentityTombstone(new SnowplowId(0, (ulong)number), TombstoneReason.Erasure, 1)), default);

        Assert.Null(await store.ChangesAsync(mark, [], default));
    }
}
