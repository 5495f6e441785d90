using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteWebhookStoreTests : WebhookStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    public SqliteWebhookStoreTests()
    {
        Store = new SqliteWebhookStore(_database.First, Time);
        Outbox = new SqliteInterventionOutbox(_database.Second, Time);
    }

    protected override IWebhookStore Store { get; }

    protected override IInterventionOutbox Outbox { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
