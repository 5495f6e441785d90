using Signals.Storage.Sqlite;

namespace Signals.Storage.Tests.Sqlite;

/// <summary>A database file of its own for a test, opened twice as two processes would.</summary>
public sealed class TemporaryDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-storage-");

    public TemporaryDatabase()
    {
        Path = System.IO.Path.Combine(_folder.FullName, "data", "signals.db");
        First = SqliteDatabase.Open(Path);
        Second = SqliteDatabase.Open(Path);
    }

    public string Path { get; }

    public SqliteDatabase First { get; }

    public SqliteDatabase Second { get; }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

