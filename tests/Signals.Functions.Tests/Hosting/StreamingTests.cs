using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.Local.Hosting;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Tests.Hosting;

/// <summary>The loops that stand in for triggers, over real stores, with a store of bad rows that fails on demand.</summary>
public sealed class StreamingTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-streaming-");
    private SqliteDatabase _database = null!;
    private DefinitionRegistry _registry = null!;
    private IdentityConfigurationRegistry _identities = null!;

    public async Task InitializeAsync()
    {
        _database = SqliteDatabase.Open(LocalSettings.DatabaseIn(_folder.FullName));
        _registry = await DefinitionRegistry.OpenAsync(new SqliteDefinitionStore(_database), TimeProvider.System, default);
        _identities = await IdentityConfigurationRegistry.OpenAsync(new SqliteDefinitionStore(_database), TimeProvider.System, default);
    }

    public async Task DisposeAsync()
    {
        _registry.Dispose();
        _identities.Dispose();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Batch_that_fails_is_tried_again_and_nothing_is_skipped()
    {
        var badRows = new FailingBadRows(new SqliteBadRowStore(_database)) { Fails = true };
        using var host = BuildHost(badRows);
        await host.StartAsync();
        var loop = host.Services.GetRequiredService<StreamingLoop>();
        var log = host.Services.GetRequiredService<IEventLog>();
        await AppendAsync(log, "first", "second");

        await EventuallyAsync(async () => !(await loop.CheckAsync(default)).Ready);
        Assert.Equal(-1, await log.ReadCheckpointAsync(0, default));
        badRows.Fails = false;

        await EventuallyAsync(async () => await log.ReadCheckpointAsync(0, default) == 1);
        Assert.True((await loop.CheckAsync(default)).Ready);
        Assert.Equal(2, (await badRows.CountAsync(default)).Values.Sum());
        await host.StopAsync();
    }

    [Fact]
    public async Task Stopping_gives_the_partition_back()
    {
        using var host = BuildHost(new SqliteBadRowStore(_database));
        await host.StartAsync();
        var lease = new SqlitePartitionLease(_database, TimeProvider.System);
        await EventuallyAsync(async () => await lease.ReadHolderAsync(0, default) is not null);

        await host.StopAsync();

        Assert.Null(await lease.ReadHolderAsync(0, default));
    }

    [Fact]
    public async Task Stopping_while_a_batch_fails_does_not_wait_for_it()
    {
        using var host = BuildHost(new FailingBadRows(new SqliteBadRowStore(_database)) { Fails = true });
        await host.StartAsync();
        await AppendAsync(host.Services.GetRequiredService<IEventLog>(), "first");
        await EventuallyAsync(async () => !(await host.Services.GetRequiredService<StreamingLoop>().CheckAsync(default)).Ready);

        await host.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Of_two_hosts_on_one_file_one_processes_and_each_record_is_counted_once()
    {
        using var first = BuildHost(new SqliteBadRowStore(_database));
        using var second = BuildHost(new SqliteBadRowStore(_database));
        await first.StartAsync();
        await second.StartAsync();
        var log = first.Services.GetRequiredService<IEventLog>();

        await AppendAsync(log, [.. Enumerable.Range(0, 50).Select(i => $"line {i}")]);
        await EventuallyAsync(async () => await log.ReadCheckpointAsync(0, default) == 49);

        Assert.Equal([0, 50], new[] { Totals(first), Totals(second) }.Order());
        await first.StopAsync();
        await second.StopAsync();
    }

    [Fact]
    public async Task Housekeeping_drops_expired_profiles_and_the_finished_log()
    {
        var profiles = new SqliteProfileStore(_database, TimeProvider.System);
        var gone = new ProfileKey("user_id", "gone");
        await profiles.WriteAsync([new ProfileWrite(gone, "x"u8.ToArray(), null, DateTimeOffset.UtcNow.AddSeconds(-1))], default);
        using var host = BuildHost(new SqliteBadRowStore(_database), new SqliteEventLogOptions { MaxBytes = 0 });
        await host.StartAsync();
        var log = host.Services.GetRequiredService<IEventLog>();
        await AppendAsync(log, "first");

        await EventuallyAsync(async () => (await log.ReadAsync(0, -1, 10, 1000, default)).Count == 0);
        await EventuallyAsync(() => ValueTask.FromResult(ProfileRows() == 0));
        await host.StopAsync();
    }

    private static async Task EventuallyAsync(Func<ValueTask<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(10, deadline.Token);
    }

    private static async Task AppendAsync(IEventLog log, params string[] lines)
    {
        var builder = new LogChunkBuilder();
        foreach (var line in lines)
            builder.Add(LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(line));
        await log.AppendAsync(0, builder.ToChunk(), default);
    }

    private static long Totals(IHost host) => host.Services.GetRequiredService<StreamingMetrics>().Totals.In;

    private long ProfileRows()
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_database.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM profile";
        return (long)command.ExecuteScalar()!;
    }

    private IHost BuildHost(IBadRowStore badRows, SqliteEventLogOptions? log = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services.AddSqliteEventLog(_database, log ?? new SqliteEventLogOptions()).AddSqliteStores(_database);
        builder.Services.AddSingleton(badRows);
        builder.Services.AddStreaming(_registry, _identities, new Engine.Interventions.InterventionOptions());
        return builder.Build();
    }

    private sealed class FailingBadRows(IBadRowStore store) : IBadRowStore
    {
        public volatile bool Fails;

        public ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken) =>
            Fails ? throw new StoreUnavailableException("The bad-row store", null, new IOException("The disk is on fire.")) : store.AppendAsync(rows, cancellationToken);

        public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken) =>
            store.ListAsync(limit, before, schemaName, cancellationToken);

        public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);
    }
}
