using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Signals.Storage.Sqlite;

/// <summary>A prepared statement, bound and stepped without boxing. Parameters count from 1, columns from 0.</summary>
internal sealed class SqliteStatement(sqlite3 connection, sqlite3_stmt handle) : IDisposable
{
    private const int StackBytes = 1024;

    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(handle, parameter, value));

    public void Bind(int parameter, long? value) =>
        Check(value is { } given ? raw.sqlite3_bind_int64(handle, parameter, given) : raw.sqlite3_bind_null(handle, parameter));

    public void Bind(int parameter, ReadOnlySpan<byte> value) =>
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));

    public void Bind(int parameter, string value)
    {
        if (value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(handle, parameter, string.Empty));
            return;
        }
        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = size > StackBytes ? ArrayPool<byte>.Shared.Rent(size) : null;
        Span<byte> utf8 = rented is null ? stackalloc byte[StackBytes] : rented;
        Check(raw.sqlite3_bind_text(handle, parameter, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
            return false;
        throw SqliteErrors.From(connection, code);
    }

    /// <summary>Runs a statement that gives no rows, makes it ready for the next use and says how many rows it changed.</summary>
    public int Run()
    {
        Step();
        var changes = raw.sqlite3_changes(connection);
        Reset();
        return changes;
    }

    /// <summary>Ends the use: lets go of the rows, keeps the plan.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>The bytes of a blob or text, valid until the next step.</summary>
    public ReadOnlySpan<byte> Span(int column) => raw.sqlite3_column_blob(handle, column);

    public byte[] Bytes(int column) => Span(column).ToArray();

    public string Text(int column) => Encoding.UTF8.GetString(Span(column));

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw SqliteErrors.From(connection, code);
    }
}
