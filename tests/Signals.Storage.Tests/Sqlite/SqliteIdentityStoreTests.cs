using Signals.Engine.Identities;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteIdentityStoreTests : IdentityStoreCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new SqliteIdentityStore(_database.First));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_this_process_wrote_is_named()
    {
        IAtomicIdentityStore store = new SqliteIdentityStore(_database.First);
        var since = await store.ChangesAsync(0, [], default);
        var item = new IdentifierItem(IdentityItemKey.Of("d", "1"), "d", "1");
        var written = await store.TryWriteTogetherAsync([ItemChange.Create(item)], default);
        var changed = new List<IdentityItemKey>();

        var now = await store.ChangesAsync(since!.Value, changed, default);

        Assert.Equal([item.Key], changed);
        Assert.Equal((since, now), (written!.Before, written.After));
    }

    [Fact]
    public async Task What_another_process_wrote_makes_every_copy_doubtful()
    {
        IAtomicIdentityStore store = new SqliteIdentityStore(_database.First);
        var since = await store.ChangesAsync(0, [], default);
        await new SqliteIdentityStore(_database.Second).TryWriteAsync(ItemChange.Create(new IdentifierItem(IdentityItemKey.Of("d", "1"), "d", "1")), default);

        Assert.Null(await store.ChangesAsync(since!.Value, [], default));
    }
}

/// <summary>The worked scenarios, a batch written as one.</summary>
public sealed class SqliteIdentityScenarioTests : IdentityScenarioTests, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new SqliteIdentityStore(_database.First));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();
}

/// <summary>The worked scenarios, item by item.</summary>
public sealed class SqliteIdentityProtocolTests : IdentityScenarioTests, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();

    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new SwitchedStore(new SqliteIdentityStore(_database.First)));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();
}
