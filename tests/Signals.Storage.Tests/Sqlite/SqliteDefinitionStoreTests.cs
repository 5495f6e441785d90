using Signals.Engine.Definitions;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteDefinitionStoreTests : DefinitionStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override IDefinitionStore Store => new SqliteDefinitionStore(_database.First);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Of_two_processes_at_one_revision_one_wins_and_both_see_it()
    {
        SqliteDefinitionStore[] stores = [new(_database.First), new(_database.Second)];

        var won = await Task.WhenAll(stores.Select((store, i) =>
            Task.Run(async () => await store.TryWriteAsync(0, [new("service", $"s{i}", 0, "{}")], default))));

        Assert.Single(won, true);
        foreach (var store in stores)
            Assert.Equal(1, (await store.LoadAsync(default)).Revision);
    }
}
