using Signals.Engine.Events;

namespace Signals.Storage.Sqlite;

/// <summary>The event log in a SQLite file: one partition of enriched events and one of resolved ones, stored by the chunk.</summary>
/// <param name="database">The file.</param>
/// <param name="time">Clock for the age of chunks.</param>
/// <param name="options">What is kept; the defaults when null.</param>
public sealed class SqliteEventLog(SqliteDatabase database, TimeProvider time, SqliteEventLogOptions? options = null) : IEventLog, IEventSink
{
    /// <summary>Larger chunks are cut, so that a reader who stops within one does not read it all again.</summary>
    private const int MaxChunkBytes = 1 << 20;

    private const int RetentionStep = 32;

    private static readonly int[] Numbers = [LogPartitions.Enriched(0), LogPartitions.Resolved(0)];

    private static readonly TimeSpan OtherProcessPoll = TimeSpan.FromMilliseconds(50);

    private readonly SqliteEventLogOptions _options = options ?? new SqliteEventLogOptions();
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc />
    public IReadOnlyList<int> Partitions => Numbers;

    /// <summary>Tells this log from all others: made at random with the first question, and kept in the file.</summary>
    public async ValueTask<Guid> GetOrCreateIdAsync(CancellationToken cancellationToken) => await database.WriteAsync(static session =>
    {
        var insert = session.Prepare("INSERT OR IGNORE INTO secret (name, value) VALUES ('event_log_id', ?1)");
        insert.Bind(1, Guid.NewGuid().ToByteArray());
        insert.Run();
        var select = session.Prepare("SELECT value FROM secret WHERE name = 'event_log_id'");
        select.Step();
        var id = new Guid(select.Bytes(0));
        select.Reset();
        return id;
    }, cancellationToken);

    /// <inheritdoc />
    public ValueTask AppendAsync(LogChunk chunk, CancellationToken cancellationToken) => AppendAsync(0, chunk, cancellationToken);

    /// <inheritdoc />
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await ReadEndAsync(0, cancellationToken);

    /// <inheritdoc />
    public async ValueTask AppendAsync(int partition, LogChunk chunk, CancellationToken cancellationToken)
    {
        CheckPartition(partition);
        if (chunk.Count == 0)
            return;
        var parts = chunk.Split(MaxChunkBytes).ToList();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await database.WriteAsync(session => Append(session, partition, parts, now), cancellationToken);
        TellWaiting();
    }

    /// <inheritdoc />
    public async ValueTask<bool> TryForwardAsync(int from, long after, long through, int to, LogChunk chunk, CancellationToken cancellationToken)
    {
        CheckPartition(from);
        CheckPartition(to);
        var parts = chunk.Split(MaxChunkBytes).ToList();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var forwarded = await database.WriteAsync(session =>
        {
            var move = session.Prepare("UPDATE log_partition SET checkpoint = ?3 WHERE partition = ?1 AND checkpoint = ?2");
            move.Bind(1, from);
            move.Bind(2, after);
            move.Bind(3, through);
            return move.Run() == 1 && (parts.Count == 0 || Append(session, to, parts, now) == 1);
        }, cancellationToken);
        if (forwarded)
            TellWaiting();
        return forwarded;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(
        int partition, long afterSequence, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        CheckPartition(partition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecords);
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((partition, afterSequence, maxRecords, maxBytes), static (session, argument) =>
            ReadRecords(session, argument.partition, argument.afterSequence, argument.maxRecords, argument.maxBytes)));
    }

    /// <inheritdoc />
    public async ValueTask WaitAsync(int partition, long afterSequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            var appended = Volatile.Read(ref _appended).Task;
            if (await ReadEndAsync(partition, cancellationToken) > afterSequence)
                return;
            await Task.WhenAny(appended, Task.Delay(OtherProcessPoll, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc />
    public ValueTask<long> ReadEndAsync(int partition, CancellationToken cancellationToken) =>
        ReadPartition("SELECT last_sequence FROM log_partition WHERE partition = ?1", partition, cancellationToken);

    /// <inheritdoc />
    public ValueTask<long> ReadCheckpointAsync(int partition, CancellationToken cancellationToken) =>
        ReadPartition("SELECT checkpoint FROM log_partition WHERE partition = ?1", partition, cancellationToken);

    /// <inheritdoc />
    public async ValueTask SaveCheckpointAsync(int partition, long sequence, CancellationToken cancellationToken)
    {
        CheckPartition(partition);
        await database.WriteAsync(session =>
        {
            var update = session.Prepare("UPDATE log_partition SET checkpoint = ?2 WHERE partition = ?1 AND checkpoint < ?2");
            update.Bind(1, partition);
            update.Bind(2, sequence);
            return update.Run();
        }, cancellationToken);
    }

    /// <summary>
    /// Takes one small step of retention: drops up to 32 of the oldest chunks that the streaming engine has finished, as far
    /// as the log is too large or they are too old. Says how many were dropped; 0 when there is nothing to do.
    /// </summary>
    public async ValueTask<int> RemoveFinishedAsync(CancellationToken cancellationToken)
    {
        var oldest = (time.GetUtcNow() - _options.MaxAge).ToUnixTimeMilliseconds();
        var removed = 0;
        foreach (var partition in Numbers)
        {
            if (FindRemovable(partition, oldest).Count == 0)
                continue;
            removed += await database.WriteAsync(session =>
            {
                var removable = Removable(session, partition, oldest, _options.MaxBytes);
                foreach (var (sequence, bytes) in removable)
                    Remove(session, partition, sequence, bytes);
                return removable.Count;
            }, cancellationToken);
        }
        return removed;
    }

    private void TellWaiting() => Interlocked.Exchange(ref _appended, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private List<(long FirstSequence, long Bytes)> FindRemovable(int partition, long oldest) =>
        database.Read((partition, oldest, _options.MaxBytes), static (session, argument) => Removable(session, argument.partition, argument.oldest, argument.MaxBytes));

    private static int Append(SqliteSession session, int partition, List<LogChunk> parts, long now)
    {
        var end = session.Prepare("SELECT last_sequence FROM log_partition WHERE partition = ?1");
        end.Bind(1, partition);
        end.Step();
        var last = end.Long(0);
        end.Reset();

        var insert = session.Prepare(
            "INSERT INTO log_chunk (partition, first_sequence, count, appended_at, bytes) VALUES (?1, ?2, ?3, ?4, ?5)");
        long bytes = 0;
        foreach (var part in parts)
        {
            insert.Bind(1, partition);
            insert.Bind(2, last + 1);
            insert.Bind(3, part.Count);
            insert.Bind(4, now);
            insert.Bind(5, part.Bytes.Span);
            insert.Run();
            last += part.Count;
            bytes += part.Bytes.Length;
        }

        var update = session.Prepare("UPDATE log_partition SET last_sequence = ?2, bytes = bytes + ?3 WHERE partition = ?1");
        update.Bind(1, partition);
        update.Bind(2, last);
        update.Bind(3, bytes);
        return update.Run();
    }

    private static IReadOnlyList<LogRecord> ReadRecords(SqliteSession session, int partition, long afterSequence, int maxRecords, int maxBytes)
    {
        var result = new RentedRecords();
        var records = result.Records;
        var select = session.Prepare("""
            SELECT first_sequence, count, bytes FROM log_chunk
            WHERE partition = ?1 AND first_sequence >= ifnull(
                (SELECT max(first_sequence) FROM log_chunk WHERE partition = ?1 AND first_sequence <= ?2), 0)
            ORDER BY first_sequence
            """);
        select.Bind(1, partition);
        select.Bind(2, afterSequence + 1);
        for (long bytes = 0; records.Count < maxRecords && bytes < maxBytes && select.Step();)
        {
            var (first, count) = (select.Long(0), (int)select.Long(1));
            if (first + count - 1 <= afterSequence)
                continue;
            var chunk = new LogChunk(count, result.Keep(select.Span(2)));
            chunk.CopyTo(partition, first, afterSequence, records);
            bytes += chunk.Bytes.Length;
        }
        select.Reset();
        CutToSize(records, maxRecords, maxBytes);
        return result;
    }

    private static void CutToSize(List<LogRecord> records, int maxRecords, int maxBytes)
    {
        long bytes = 0;
        var kept = 0;
        while (kept < records.Count && kept < maxRecords && (kept == 0 || bytes + records[kept].Payload.Length <= maxBytes))
            bytes += records[kept++].Payload.Length;
        records.RemoveRange(kept, records.Count - kept);
    }

    private static List<(long FirstSequence, long Bytes)> Removable(SqliteSession session, int partition, long oldest, long maxBytes)
    {
        var log = session.Prepare("SELECT checkpoint, bytes FROM log_partition WHERE partition = ?1");
        log.Bind(1, partition);
        log.Step();
        var (checkpoint, bytes) = (log.Long(0), log.Long(1));
        log.Reset();

        var removable = new List<(long, long)>();
        var select = session.Prepare("""
            SELECT first_sequence, count, appended_at, length(bytes) FROM log_chunk WHERE partition = ?1 ORDER BY first_sequence LIMIT ?2
            """);
        select.Bind(1, partition);
        select.Bind(2, RetentionStep);
        while (select.Step())
        {
            var (first, last, appendedAt, length) = (select.Long(0), select.Long(0) + select.Long(1) - 1, select.Long(2), select.Long(3));
            if (last > checkpoint || (bytes <= maxBytes && appendedAt >= oldest))
                break;
            removable.Add((first, length));
            bytes -= length;
        }
        select.Reset();
        return removable;
    }

    private static void Remove(SqliteSession session, int partition, long firstSequence, long bytes)
    {
        var delete = session.Prepare("DELETE FROM log_chunk WHERE partition = ?1 AND first_sequence = ?2");
        delete.Bind(1, partition);
        delete.Bind(2, firstSequence);
        delete.Run();
        var update = session.Prepare("UPDATE log_partition SET bytes = bytes - ?2 WHERE partition = ?1");
        update.Bind(1, partition);
        update.Bind(2, bytes);
        update.Run();
    }

    private ValueTask<long> ReadPartition(string sql, int partition, CancellationToken cancellationToken)
    {
        CheckPartition(partition);
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((sql, partition), static (session, argument) =>
        {
            var select = session.Prepare(argument.sql);
            select.Bind(1, argument.partition);
            select.Step();
            var value = select.Long(0);
            select.Reset();
            return value;
        }));
    }

    private static void CheckPartition(int partition)
    {
        if (!Numbers.Contains(partition))
            throw new ArgumentOutOfRangeException(nameof(partition), partition, $"This log has the partitions {string.Join(" and ", Numbers)}.");
    }
}
