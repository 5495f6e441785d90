using Microsoft.Data.Sqlite;
using Signals.Engine.Events;
using SQLitePCL;

namespace Signals.Storage.Sqlite;

/// <summary>Turns result codes into exceptions that say what SQLite said.</summary>
internal static class SqliteErrors
{
    public static SqliteException From(sqlite3 connection, int code)
    {
        var message = raw.sqlite3_errmsg(connection).utf8_to_string();
        var file = raw.sqlite3_db_filename(connection, "main").utf8_to_string();
        return new SqliteException($"SQLite error {code} in {file}: {message}.", code & 0xFF, raw.sqlite3_extended_errcode(connection));
    }

    public static bool IsBusy(this SqliteException exception) =>
        exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>
    /// An error as callers of the stores see it: trouble with the file itself (locked, disk full or failing, rights taken away, damaged) is
    /// a store that is away, and says nothing about what was to be read or written.
    /// </summary>
    public static Exception ForCallers(Exception error) => error is SqliteException sqlite && IsTroubleWithTheFile(sqlite)
        ? new StoreUnavailableException("The SQLite file", null, sqlite)
        : error;

    private static bool IsTroubleWithTheFile(SqliteException exception) => exception.IsBusy() || exception.SqliteErrorCode
        is raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM
        or raw.SQLITE_PROTOCOL or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}
