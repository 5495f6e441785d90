using Microsoft.Data.Sqlite;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Storage.Sqlite;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-storage-");

    private string DatabasePath => Path.Combine(_folder.FullName, "deep", "er", "signals.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Opening_makes_the_folder_and_a_file_that_only_its_owner_can_read()
    {
        await using var database = SqliteDatabase.Open(DatabasePath);

        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(DatabasePath)!))
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        Assert.True(File.Exists(DatabasePath));
    }

    [Fact]
    public async Task Opening_takes_the_read_permission_of_others_away()
    {
        if (OperatingSystem.IsWindows())
            return;
        await SqliteDatabase.Open(DatabasePath).DisposeAsync();
        File.SetUnixFileMode(DatabasePath, File.GetUnixFileMode(DatabasePath) | UnixFileMode.OtherRead);

        await using var database = SqliteDatabase.Open(DatabasePath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DatabasePath));
    }

    [Fact]
    public async Task Processes_that_open_a_new_file_at_once_all_succeed()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SqliteDatabase.Open(DatabasePath))));

        foreach (var database in databases)
        {
            Assert.Equal(0, await new SqliteDefinitionStore(database).ReadRevisionAsync(default));
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task File_of_a_newer_version_is_refused_with_the_reason()
    {
        await SqliteDatabase.Open(DatabasePath).DisposeAsync();
        Run("PRAGMA user_version = 1000");

        var error = Assert.Throws<InvalidDataException>(() => SqliteDatabase.Open(DatabasePath));
        Assert.Contains("schema version 1000", error.Message);
    }

    [Fact]
    public void File_that_is_no_database_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        File.WriteAllText(DatabasePath, string.Concat(Enumerable.Repeat("this is a letter to a friend ", 100)));

        var error = Assert.Throws<SqliteException>(() => SqliteDatabase.Open(DatabasePath));
        Assert.Contains("not a database", error.Message);
    }

    [Fact]
    public async Task Failing_write_fails_alone()
    {
        await using var database = SqliteDatabase.Open(DatabasePath);
        using var gate = new ManualResetEventSlim();
        var first = database.WriteAsync(_ => { gate.Wait(); return 0; }, default);
        var good = database.WriteAsync(session => session.Next("profile"), default);
        var bad = database.WriteAsync<int>(_ => throw new InvalidOperationException("mine"), default);
        var alsoGood = database.WriteAsync(session => session.Next("profile"), default);
        gate.Set();

        await first;
        Assert.Equal("mine", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(1, await good);
        Assert.Equal(2, await alsoGood);
    }

    [Fact]
    public async Task Closing_finishes_the_waiting_writes_and_leaves_one_file()
    {
        var database = SqliteDatabase.Open(DatabasePath);
        var writes = Enumerable.Range(0, 100).Select(_ => database.WriteAsync(session => session.Next("profile"), default)).ToList();
        await database.DisposeAsync();

        Assert.Equal(100, (await Task.WhenAll(writes)).Max());
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(DatabasePath)!));
    }

    [Fact]
    public async Task Closed_database_refuses_work()
    {
        var database = SqliteDatabase.Open(DatabasePath);
        await database.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await new SqliteDefinitionStore(database).LoadAsync(default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await new SqliteDefinitionStore(database).TryWriteAsync(0, [], default));
    }

    [Fact]
    public async Task Full_disk_is_a_store_that_is_away()
    {
        await using var database = SqliteDatabase.Open(DatabasePath);
        var profiles = new SqliteProfileStore(database, TimeProvider.System);
        var write = new ProfileWrite(new ProfileKey("user_id", "u1"), new byte[1 << 20], null, null);
        await database.WriteAsync(session => { session.Execute("PRAGMA max_page_count = 1"); return 0; }, default);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await profiles.WriteAsync([write], default));

        Assert.Contains("full", error.Message, StringComparison.Ordinal);
        await database.WriteAsync(session => { session.Execute("PRAGMA max_page_count = 100000"); return 0; }, default);
        Assert.NotNull((await profiles.WriteAsync([write], default))[0]);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(5, true)]
    [InlineData(1, false)]
    [InlineData(19, false)]
    public async Task Trouble_with_the_file_is_told_from_trouble_with_the_work(int code, bool away)
    {
        await using var database = SqliteDatabase.Open(DatabasePath);

        var error = Record.Exception(() => database.Read(code, (_, argument) => argument == 0 ? 0 : throw new SqliteException("mine", argument)));

        Assert.Equal(away, error is StoreUnavailableException);
        Assert.Equal(!away, error is SqliteException);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
