using Signals.Engine.Attributes;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteProfileStoreTests : ProfileStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override IProfileStore Store => new SqliteProfileStore(_database.First, Time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Increments_of_two_processes_lose_none()
    {
        var key = new ProfileKey("user_id", "shared");
        IProfileStore[] stores = [new SqliteProfileStore(_database.First, Time), new SqliteProfileStore(_database.Second, Time)];

        await Task.WhenAll(stores.Select(store => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await Increment(store, key);
        })));

        Assert.Equal("100", Text((await stores[0].ReadAsync([key], default))[0]));
    }

    [Fact]
    public async Task Profiles_survive_closing_and_opening()
    {
        var folder = Directory.CreateTempSubdirectory("signals-storage-");
        var path = Path.Combine(folder.FullName, "signals.db");
        var key = new ProfileKey("user_id", "anna");
        await using (var database = SqliteDatabase.Open(path))
            await new SqliteProfileStore(database, Time).WriteAsync([new ProfileWrite(key, "kept"u8.ToArray(), null, null)], default);

        await using (var database = SqliteDatabase.Open(path))
            Assert.Equal("kept", Text((await new SqliteProfileStore(database, Time).ReadAsync([key], default))[0]));
        folder.Delete(recursive: true);
    }
}
