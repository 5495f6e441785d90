using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Signals.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    static SqliteSession() => Batteries_V2.Init();

    private SqliteSession(sqlite3 connection) => _connection = connection;

    /// <summary>Opens the file, which must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public static SqliteSession Open(string path, int cacheKibibytes)
    {
        var code = raw.sqlite3_open_v2(path, out var connection, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            connection?.Dispose();
            throw new SqliteException($"SQLite error {code}: cannot open {path}.", code);
        }
        var session = new SqliteSession(connection);
        // Not memory mapped: reads gain little, and every connection would count the whole file as its own memory.
        session.Execute($"""
            PRAGMA busy_timeout = {SqliteDatabase.BusyTimeout.TotalMilliseconds};
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA foreign_keys = ON;
            PRAGMA secure_delete = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA journal_size_limit = {SqliteDatabase.WriteAheadLogBytes};
            PRAGMA cache_size = -{cacheKibibytes};
            PRAGMA mmap_size = 0;
            """);
        return session;
    }

    /// <summary>The statement for a text, prepared on first use, ready to be bound.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
        {
            known.Reset();
            return known;
        }
        var code = raw.sqlite3_prepare_v3(_connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        if (code != raw.SQLITE_OK)
            throw SqliteErrors.From(_connection, code);
        return _statements[sql] = new SqliteStatement(_connection, handle);
    }

    /// <summary>Runs a script without parameters.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_connection, sql);
        if (code != raw.SQLITE_OK)
            throw SqliteErrors.From(_connection, code);
    }

    /// <summary>The single number that a statement gives.</summary>
    public long Number(string sql)
    {
        var statement = Prepare(sql);
        var value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>Raises a counter of the store inside the running write and gives its new value.</summary>
    public long Next(string counter)
    {
        var statement = Prepare("UPDATE counter SET value = value + 1 WHERE name = ?1 RETURNING value");
        statement.Bind(1, counter);
        statement.Step();
        var value = statement.Long(0);
        statement.Step();
        statement.Reset();
        return value;
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection) == 0;

    /// <summary>Ends a failed transaction, if SQLite has not done so by itself.</summary>
    public void Rollback()
    {
        foreach (var statement in _statements.Values)
            statement.Reset();
        if (InTransaction)
            Execute("ROLLBACK");
    }

    /// <summary>Copies the write-ahead log into the file as far as readers allow; gives the number of pages in the log.</summary>
    public int Checkpoint(int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_connection, "main", mode, out var pages, out _);
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            throw SqliteErrors.From(_connection, code);
        return pages;
    }

    /// <summary>Number of pages written through this connection since the last call.</summary>
    public int TakePagesWritten()
    {
        const int cacheWrite = 9;
        _ = raw.sqlite3_db_status(_connection, cacheWrite, out var pages, out _, resetFlg: 1);
        return pages;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }
}
