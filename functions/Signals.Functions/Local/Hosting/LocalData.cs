using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>
/// What the local runtime keeps, open: a file with everything, or a file with the event log and everything else in Cosmos DB, where several
/// processes with logs of their own can share it.
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
    /// <exception cref="Engine.Events.StoreUnavailableException">Cosmos DB does not answer.</exception>
    public static async Task<LocalData> OpenAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        var account = settings.Cosmos is { } cosmos ? await OpenAsync(cosmos, cancellationToken) : null;
        return new LocalData(OpenDatabase(settings.DatabasePath), account);
    }

    /// <summary>Adds the stores.</summary>
    public void AddTo(IServiceCollection services, SqliteEventLogOptions eventLog)
    {
        services.AddSqliteEventLog(_database, eventLog);
        if (_account is null)
            services.AddSqliteStores(_database);
        else
            services.AddCosmosStores(_account);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _account?.Dispose();
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
