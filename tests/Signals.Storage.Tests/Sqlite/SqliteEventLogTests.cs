using Signals.Engine.Events;
using Signals.Storage.Sqlite;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Sqlite;

public sealed class SqliteEventLogTests : EventLogCompliance, IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();
    private readonly ManualTime _time = new();
    private readonly SqliteEventLog _log;
    private readonly SqliteEventLog _logOfOtherProcess;

    public SqliteEventLogTests()
    {
        _log = new SqliteEventLog(_database.First, TimeProvider.System);
        _logOfOtherProcess = new SqliteEventLog(_database.Second, TimeProvider.System);
    }

    protected override IEventLog Log => _log;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Appends_of_two_processes_number_their_records_without_gap()
    {
        await Task.WhenAll(new[] { _log, _logOfOtherProcess }.Select(log => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await log.AppendAsync(0, Chunk("a", "b"), default);
        })));

        var records = await _log.ReadAsync(0, -1, 1000, 1 << 20, default);
        Assert.Equal(Enumerable.Range(0, 400).Select(i => (long)i), records.Select(record => record.Position.Sequence));
        Assert.Equal(Enumerable.Repeat(new[] { "a", "b" }, 200).SelectMany(pair => pair), records.Select(Text));
    }

    [Fact]
    public async Task Waiting_ends_when_another_process_appends()
    {
        var waiting = _log.WaitAsync(0, -1, default).AsTask();

        await _logOfOtherProcess.AppendAsync(0, Chunk("x"), default);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Finished_chunks_go_when_the_log_is_too_large()
    {
        var log = new SqliteEventLog(_database.First, _time, new SqliteEventLogOptions { MaxBytes = 3 * 105 });
        for (var i = 0; i < 10; i++)
            await log.AppendAsync(0, Chunk(new string('x', 100)), default);
        await log.SaveCheckpointAsync(0, 8, default);

        Assert.Equal(7, await log.RemoveFinishedAsync(default));

        Assert.Equal([7, 8, 9], (await log.ReadAsync(0, -1, 100, 10_000, default)).Select(record => record.Position.Sequence));
        Assert.Equal(0, await log.RemoveFinishedAsync(default));
    }

    [Fact]
    public async Task Finished_chunks_go_when_they_are_too_old()
    {
        var log = new SqliteEventLog(_database.First, _time, new SqliteEventLogOptions { MaxAge = TimeSpan.FromDays(1) });
        await log.AppendAsync(0, Chunk("old"), default);
        _time.Advance(TimeSpan.FromHours(20));
        await log.AppendAsync(0, Chunk("new"), default);
        _time.Advance(TimeSpan.FromHours(5));
        await log.SaveCheckpointAsync(0, 1, default);

        Assert.Equal(1, await log.RemoveFinishedAsync(default));

        Assert.Equal("new", Text(Assert.Single(await log.ReadAsync(0, -1, 100, 1000, default))));
    }

    [Fact]
    public async Task Unfinished_chunks_stay_however_large_and_old_the_log_is()
    {
        var log = new SqliteEventLog(_database.First, _time, new SqliteEventLogOptions { MaxBytes = 0, MaxAge = TimeSpan.Zero });
        await log.AppendAsync(0, Chunk("a", "b"), default);
        _time.Advance(TimeSpan.FromDays(400));
        await log.SaveCheckpointAsync(0, 0, default);

        Assert.Equal(0, await log.RemoveFinishedAsync(default));
    }

    [Fact]
    public async Task Numbering_goes_on_after_everything_was_dropped()
    {
        var log = new SqliteEventLog(_database.First, _time, new SqliteEventLogOptions { MaxBytes = 0 });
        await log.AppendAsync(0, Chunk("a", "b"), default);
        await log.SaveCheckpointAsync(0, 1, default);
        Assert.Equal(1, await log.RemoveFinishedAsync(default));

        Assert.Equal(1, await log.ReadEndAsync(0, default));
        await log.AppendAsync(0, Chunk("c"), default);

        Assert.Equal(2, Assert.Single(await log.ReadAsync(0, 1, 10, 100, default)).Position.Sequence);
    }

    [Fact]
    public async Task File_stops_growing_when_finished_chunks_are_dropped()
    {
        var log = new SqliteEventLog(_database.First, _time, new SqliteEventLogOptions { MaxBytes = 1 << 20 });
        var chunk = Chunk(new string('x', 200_000));
        for (var i = 0; i < 400; i++)
        {
            await log.AppendAsync(0, chunk, default);
            await log.SaveCheckpointAsync(0, i, default);
            await log.RemoveFinishedAsync(default);
        }
        await _database.First.DisposeAsync();
        await _database.Second.DisposeAsync();

        Assert.InRange(new FileInfo(_database.Path).Length, 1 << 20, 8 << 20);
    }
}
