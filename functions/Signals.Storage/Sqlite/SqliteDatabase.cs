using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Signals.Engine.Events;

namespace Signals.Storage.Sqlite;

/// <summary>
/// The one file that holds everything on one machine: many readers side by side, one writer. Several processes may open the
/// same file. A write is durable when its task completes.
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    internal const int PageBytes = 4096;
    internal const long WriteAheadLogBytes = 128L << 20;
    private const int IdleReaders = 16;

    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly SqliteWriter _writer;
    private volatile bool _disposed;

    private SqliteDatabase(string path)
    {
        Path = path;
        _writer = new SqliteWriter(path);
    }

    /// <summary>How long a write waits for the write of another process.</summary>
    internal static TimeSpan BusyTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Opens the file and brings its tables up to date; makes it, and its folder, when it is not there. Only its owner can read it.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InvalidDataException">A newer version of the product has written the file.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="SqliteException">The file cannot be opened or is no database.</exception>
    public static SqliteDatabase Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        CreatePrivateFile(full);
        SqliteSchema.Migrate(full);
        return new SqliteDatabase(full);
    }

    /// <summary>Finishes the waiting writes and closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return ValueTask.CompletedTask;
        _disposed = true;
        _writer.Dispose();
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads on the calling thread, from one consistent state of the file.</summary>
    internal T Read<TArgument, T>(TArgument argument, Func<SqliteSession, TArgument, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SqliteSession? session = null;
        try
        {
            if (!_readers.TryTake(out session))
                session = SqliteSession.Open(Path, cacheKibibytes: 4096);
            session.Prepare("BEGIN").Run();
            var result = read(session, argument);
            session.Prepare("COMMIT").Run();
            if (_readers.Count < IdleReaders && !_disposed)
                _readers.Add(session);
            else
                session.Dispose();
            return result;
        }
        catch (Exception error)
        {
            session?.Dispose();
            if (SqliteErrors.ForCallers(error) is StoreUnavailableException away)
                throw away;
            throw;
        }
    }

    /// <summary>
    /// Runs work in a write transaction, together with other waiting writes. Completes once it is durable. The work must
    /// only touch the session: when its group fails it runs again.
    /// </summary>
    internal Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        _writer.WriteAsync(work, cancellationToken);

    private static void CreatePrivateFile(string path)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        // Opening a file that SQLite has open in this process, and closing it again, would drop SQLite's locks.
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = ownerOnly;
            new FileStream(path, options).Dispose();
        }
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, ownerOnly);
    }
}
