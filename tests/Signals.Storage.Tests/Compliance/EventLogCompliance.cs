using System.Text;
using Signals.Engine.Events;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every event log does.</summary>
public abstract class EventLogCompliance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected abstract IEventLog Log { get; }

    [Fact]
    public async Task Empty_log_has_no_end_no_checkpoint_and_no_records()
    {
        Assert.Equal(-1, await Log.ReadEndAsync(0, default));
        Assert.Equal(-1, await Log.ReadCheckpointAsync(0, default));
        Assert.Empty(await Log.ReadAsync(0, -1, 10, 1000, default));
    }

    [Fact]
    public async Task Records_come_back_in_order_with_kind_and_position()
    {
        var builder = new LogChunkBuilder();
        builder.Add(LogRecordKind.EnrichedLine, "first"u8);
        builder.Add(LogRecordKind.BadRow, "{}"u8);
        await Log.AppendAsync(0, builder.ToChunk(), default);
        await Append("third");

        var records = await Log.ReadAsync(0, -1, 10, 1000, default);

        Assert.Equal(["first", "{}", "third"], records.Select(Text));
        Assert.Equal([LogRecordKind.EnrichedLine, LogRecordKind.BadRow, LogRecordKind.EnrichedLine], records.Select(record => record.Kind));
        Assert.Equal([new LogPosition(0, 0), new(0, 1), new(0, 2)], records.Select(record => record.Position));
        Assert.Equal(2, await Log.ReadEndAsync(0, default));
    }

    [Fact]
    public async Task Empty_records_count_and_empty_chunks_do_not()
    {
        await Append();
        await Append("", "");

        Assert.Equal(["", ""], (await Log.ReadAsync(0, -1, 10, 1000, default)).Select(Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Reading_on_from_the_last_record_sees_each_record_once(int maxRecords)
    {
        await Append("0", "1", "2");
        await Append("3");
        await Append(Enumerable.Range(4, 20).Select(i => i.ToString()).ToArray());

        var seen = new List<string>();
        var after = -1L;
        while (await Log.ReadAsync(0, after, maxRecords, 1 << 20, default) is { Count: > 0 } records)
        {
            Assert.InRange(records.Count, 1, maxRecords);
            seen.AddRange(records.Select(Text));
            after = records[^1].Position.Sequence;
        }

        Assert.Equal(Enumerable.Range(0, 24).Select(i => i.ToString()), seen);
    }

    [Fact]
    public async Task Read_stops_at_the_size_but_gives_one_record()
    {
        await Append(new string('a', 100), new string('b', 100), new string('c', 100));

        Assert.Equal(2, (await Log.ReadAsync(0, -1, 10, 250, default)).Count);
        Assert.Equal(['b'], Text(Assert.Single(await Log.ReadAsync(0, 0, 10, 5, default))).Distinct());
    }

    [Fact]
    public async Task Chunk_of_many_megabytes_reads_back()
    {
        var lines = Enumerable.Range(0, 4000).Select(i => new string((char)('a' + i % 26), 1 + i)).ToArray();
        await Append(lines);

        var seen = new List<string>();
        while (await Log.ReadAsync(0, seen.Count - 1, 1500, 1 << 20, default) is { Count: > 0 } records)
            seen.AddRange(records.Select(Text));

        Assert.Equal(lines, seen);
    }

    [Fact]
    public async Task Payloads_outlive_later_reads()
    {
        await Append("stays");
        var first = await Log.ReadAsync(0, -1, 10, 1000, default);
        await Append("other");
        await Log.ReadAsync(0, 0, 10, 1000, default);

        Assert.Equal("stays", Text(first[0]));
    }

    [Fact]
    public async Task Concurrent_appends_keep_their_records_together()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
                await Append($"{writer}.{i}.a", $"{writer}.{i}.b");
        })));

        var records = await Log.ReadAsync(0, -1, 10_000, 1 << 20, default);
        Assert.Equal(800, records.Count);
        Assert.Equal(Enumerable.Range(0, 800).Select(i => (long)i), records.Select(record => record.Position.Sequence));
        for (var i = 0; i < 800; i += 2)
            Assert.Equal(Text(records[i])[..^1] + "b", Text(records[i + 1]));
        foreach (var writer in records.Where((_, i) => i % 2 == 0).Select(Text).GroupBy(text => text.Split('.')[0]))
            Assert.Equal(Enumerable.Range(0, 20), writer.Select(text => int.Parse(text.Split('.')[1])));
    }

    [Fact]
    public async Task Waiting_ends_at_once_when_there_are_records()
    {
        await Append("x");

        await Log.WaitAsync(0, -1, default).AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Waiting_ends_when_a_record_is_appended()
    {
        await Append("x");
        var waiting = Log.WaitAsync(0, 0, default).AsTask();
        Assert.False(waiting.IsCompleted);

        await Append("y");

        await waiting.WaitAsync(Patience);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Log.WaitAsync(0, -1, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Checkpoint_moves_forward_only()
    {
        await Append("a", "b", "c");
        await Log.SaveCheckpointAsync(0, 2, default);
        await Log.SaveCheckpointAsync(0, 1, default);

        Assert.Equal(2, await Log.ReadCheckpointAsync(0, default));
    }

    [Fact]
    public async Task Cancelled_append_adds_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var builder = new LogChunkBuilder();
        builder.Add(LogRecordKind.EnrichedLine, "x"u8);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Log.AppendAsync(0, builder.ToChunk(), cancel.Token).AsTask());
        Assert.Equal(-1, await Log.ReadEndAsync(0, default));
    }

    [Fact]
    public async Task Partition_that_does_not_exist_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Log.ReadEndAsync(Log.Partitions.Max() + 1, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Log.ReadAsync(-1, -1, 1, 1, default));
    }

    protected static string Text(LogRecord record) => Encoding.UTF8.GetString(record.Payload.Span);

    protected static LogChunk Chunk(params string[] lines)
    {
        var builder = new LogChunkBuilder();
        foreach (var line in lines)
            builder.Add(LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(line));
        return builder.ToChunk();
    }

    protected Task Append(params string[] lines) => Log.AppendAsync(0, Chunk(lines), default).AsTask();
}
