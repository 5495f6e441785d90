using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteInterventionOutboxTests : InterventionOutboxCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    public SqliteInterventionOutboxTests()
    {
        Outbox = new SqliteInterventionOutbox(_database.First, Time);
        OfOtherProcess = new SqliteInterventionOutbox(_database.Second, Time);
    }

    protected override IInterventionOutbox Outbox { get; }

    protected override IInterventionOutbox OfOtherProcess { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Hub_of_a_process_that_is_gone_is_not_alive()
    {
        await Outbox.AnnounceHubAsync($"{Environment.MachineName}/{Environment.ProcessId}/a", Time.GetUtcNow().AddSeconds(10), default);
        await Outbox.AnnounceHubAsync($"{Environment.MachineName}/{int.MaxValue}/a", Time.GetUtcNow().AddSeconds(10), default);

        Assert.Single(await Outbox.ReadHubsAsync(default));
    }

    [Fact]
    public void Keeping_entries_for_less_than_an_hour_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new SqliteInterventionOutbox(_database.First, Time, new SqliteInterventionOutboxOptions { MaxAge = TimeSpan.FromMinutes(59) }));
}
