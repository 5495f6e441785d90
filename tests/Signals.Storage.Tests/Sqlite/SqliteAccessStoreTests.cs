using Signals.Engine.Access;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteAccessStoreTests : AccessStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override IAccessStore Store => new SqliteAccessStore(_database.First);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Signing_key_is_the_same_for_two_processes()
    {
        SqliteAccessStore[] stores = [new(_database.First), new(_database.Second)];

        var keys = await Task.WhenAll(stores.Select(store =>
            Task.Run(async () => Convert.ToHexString((await store.GetOrCreateSigningKeyAsync(default)).Span))));

        Assert.Single(keys.Distinct());
    }
}
