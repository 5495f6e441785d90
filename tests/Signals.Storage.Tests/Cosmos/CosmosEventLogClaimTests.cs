using Signals.Storage.Cosmos;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Harness;
using Signals.Storage.Tests.Sqlite;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosEventLogClaimTests : IAsyncLifetime
{
    private readonly Guid[] _logs = [.. Enumerable.Range(0, 8).Select(_ => Guid.NewGuid())];
    private TemporaryCosmos _cosmos = null!;

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos();
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Of_several_logs_one_feeds_the_stores_and_goes_on_doing_so()
    {
        var claimed = await Task.WhenAll(_logs.Select((log, i) =>
            new CosmosEventLogClaim(i % 2 == 0 ? _cosmos.First : _cosmos.Second).TryClaimAsync(log, default).AsTask()));

        var winner = _logs[Assert.Single(Enumerable.Range(0, _logs.Length), i => claimed[i])];
        Assert.True(await new CosmosEventLogClaim(_cosmos.Second).TryClaimAsync(winner, default));
        Assert.False(await new CosmosEventLogClaim(_cosmos.First).TryClaimAsync(_logs.First(log => log != winner), default));
    }

    [Fact]
    public async Task Log_keeps_the_id_that_tells_it_from_others()
    {
        await using var database = new TemporaryDatabase();
        await using var other = new TemporaryDatabase();

        var id = await new SqliteEventLog(database.First, TimeProvider.System).GetOrCreateIdAsync(default);

        Assert.Equal(id, await new SqliteEventLog(database.Second, TimeProvider.System).GetOrCreateIdAsync(default));
        Assert.NotEqual(id, await new SqliteEventLog(other.First, TimeProvider.System).GetOrCreateIdAsync(default));
    }
}
