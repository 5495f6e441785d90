using Microsoft.Data.Sqlite;
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
}
