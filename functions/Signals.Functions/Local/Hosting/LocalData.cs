using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>
/// What the local runtime keeps, open: a file with everything, or a file with the event log and everything else in Cosmos DB, where other
/// processes can share it. Events go to the log of one of them.
/// </summary>
internal sealed class LocalData : IAsyncDisposable
{
    private readonly SqliteDatabase _database;
    private readonly CosmosAccount? _account;

    private LocalData(SqliteDatabase database, CosmosAccount? account)
    {
        (_database, _account) = (database, account);
        Definitions = account is null ? new SqliteDefinitionStore(database) : new CosmosDefinitionStore(account);
        Access = account is null ? new SqliteAccessStore(database) : new CosmosAccessStore(account);
    }

    /// <summary>Definitions, which are needed before there are services.</summary>
    public IDefinitionStore Definitions { get; }

    /// <summary>API keys, for the verbs that need nothing else.</summary>
    public IAccessStore Access { get; }

    /// <summary>Opens what the settings say.</summary>
    /// <exception cref="SettingException">It cannot be opened.</exception>
    /// <exception cref="StoreUnavailableException">Cosmos DB does not answer.</exception>
    public static async Task<LocalData> OpenAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        var account = settings.Cosmos is { } cosmos ? await OpenAsync(cosmos, cancellationToken) : null;
        var data = new LocalData(OpenDatabase(settings.DatabasePath), account);
        try
        {
            await data.ClaimAsync(settings.EventLog, cancellationToken);
            return data;
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds the stores.</summary>
    public void AddTo(IServiceCollection services, SqliteEventLogOptions eventLog)
    {
        services.AddSqliteEventLog(_database, eventLog);
        if (_account is null)
        {
            services.AddSqliteStores(_database);
            return;
        }
        services.AddCosmosStores(_account);
        services.AddSingleton<IEventSink>(provider => new ClaimingEventSink(provider.GetRequiredService<SqliteEventLog>(), new CosmosEventLogClaim(_account)));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _account?.Dispose();
    }

    /// <summary>A log with events in it feeds the stores from the start; an empty one only with its first event.</summary>
    private async Task ClaimAsync(SqliteEventLogOptions options, CancellationToken cancellationToken)
    {
        if (_account is null)
            return;
        var log = new SqliteEventLog(_database, TimeProvider.System, options);
        if (await log.ReadEndAsync(0, cancellationToken) >= 0)
            await ClaimingEventSink.ClaimAsync(log, new CosmosEventLogClaim(_account), cancellationToken);
    }

    private static SqliteDatabase OpenDatabase(string path)
    {
        try
        {
            return SqliteDatabase.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException or InvalidDataException)
        {
            throw new SettingException($"The data in {path} cannot be opened: {error.Message}");
        }
    }

    private static async Task<CosmosAccount> OpenAsync(CosmosOptions options, CancellationToken cancellationToken)
    {
        var account = new CosmosAccount(options);
        try
        {
            await account.OpenAsync(cancellationToken);
            return account;
        }
        catch (Exception error)
        {
            account.Dispose();
            throw error is InvalidOperationException ? new SettingException(error.Message) : error;
        }
    }
}
