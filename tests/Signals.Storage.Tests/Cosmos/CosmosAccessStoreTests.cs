using Signals.Engine.Access;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosAccessStoreTests : AccessStoreCompliance, IAsyncLifetime
{
    private TemporaryCosmos _cosmos = null!;

    protected override IAccessStore Store => new CosmosAccessStore(_cosmos.First);

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos();
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Processes_share_the_signing_key()
    {
        var other = new CosmosAccessStore(_cosmos.Second);

        Assert.Equal((await Store.GetOrCreateSigningKeyAsync(default)).ToArray(), (await other.GetOrCreateSigningKeyAsync(default)).ToArray());
    }
}
