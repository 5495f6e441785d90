using Signals.Engine.Events;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteBadRowStoreTests : BadRowStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override IBadRowStore Store => new SqliteBadRowStore(_database.First);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Oldest_rows_go_and_the_counts_stay()
    {
        var store = new SqliteBadRowStore(_database.First, new SqliteBadRowStoreOptions { MaxRows = 5 });
        for (var i = 0; i < 20; i += 2)
            await store.AppendAsync([Row(i), Row(i + 1)], default);

        Assert.Equal([19, 18, 17, 16, 15], (await store.ListAsync(100, null, null, default)).Select(Sequence));
        Assert.Equal(20, (await store.CountAsync(default))["loader_parsing_error"]);
    }

    [Fact]
    public async Task Oldest_rows_go_when_all_are_too_large_together()
    {
        var store = new SqliteBadRowStore(_database.First, new SqliteBadRowStoreOptions { MaxBytes = 25 });
        await store.AppendAsync([Row(0), Row(1), Row(2), Row(3)], default);

        Assert.Equal([3, 2], (await store.ListAsync(100, null, null, default)).Select(Sequence));
    }

    [Fact]
    public async Task Same_row_from_two_processes_is_counted_once()
    {
        var (first, second) = (new SqliteBadRowStore(_database.First), new SqliteBadRowStore(_database.Second));
        StoredBadRow[] rows = [.. Enumerable.Range(0, 100).Select(i => Row(i))];

        await Task.WhenAll(Task.Run(async () => await first.AppendAsync(rows, default)), Task.Run(async () => await second.AppendAsync(rows, default)));

        Assert.Equal(100, (await first.CountAsync(default))["loader_parsing_error"]);
    }
}
