using Signals.Engine.Events;

namespace Signals.Storage.Sqlite;

/// <summary>Bad rows in a SQLite file: the newest are kept, all are counted.</summary>
/// <param name="database">The file.</param>
/// <param name="options">How many are kept; the defaults when null.</param>
public sealed class SqliteBadRowStore(SqliteDatabase database, SqliteBadRowStoreOptions? options = null) : IBadRowStore
{
    private const string List = """
        SELECT partition, sequence, schema, json, recorded_at FROM bad_row
        WHERE (sequence, partition) < (?1, ?2) ORDER BY sequence DESC, partition DESC LIMIT ?3
        """;

    private const string ListOfKind = """
        SELECT partition, sequence, schema, json, recorded_at FROM bad_row
        WHERE kind = ?4 AND (sequence, partition) < (?1, ?2) ORDER BY sequence DESC, partition DESC LIMIT ?3
        """;

    /// <summary>Old rows go in steps of this many, so that no append takes long.</summary>
    private const int RetentionStep = 1000;

    private readonly SqliteBadRowStoreOptions _options = options ?? new SqliteBadRowStoreOptions();

    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;
        await database.WriteAsync(session =>
        {
            var (added, bytes) = (0, 0L);
            for (var i = 0; i < rows.Count; i++)
            {
                if (!Add(session, rows[i]))
                    continue;
                added++;
                bytes += rows[i].Json.Length;
            }
            AddToKept(session, added, bytes);
            RemoveOldest(session, added + RetentionStep);
            return added;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(
        int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit is 1 to 1000.");
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((limit, before, schemaName), static (session, argument) =>
        {
            var (limit, before, kind) = argument;
            var rows = new List<StoredBadRow>();
            var select = session.Prepare(kind is null ? List : ListOfKind);
            select.Bind(1, before?.Sequence ?? long.MaxValue);
            select.Bind(2, before?.Partition ?? int.MaxValue);
            select.Bind(3, limit);
            if (kind is not null)
                select.Bind(4, kind);
            while (select.Step())
            {
                var position = new LogPosition((int)select.Long(0), select.Long(1));
                rows.Add(new StoredBadRow(position, select.Text(2), select.Bytes(3), DateTimeOffset.FromUnixTimeMilliseconds(select.Long(4))));
            }
            select.Reset();
            return (IReadOnlyList<StoredBadRow>)rows;
        }));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) =>
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            var select = session.Prepare("SELECT kind, rows FROM bad_row_count");
            while (select.Step())
                counts.Add(select.Text(0), select.Long(1));
            select.Reset();
            return (IReadOnlyDictionary<string, long>)counts;
        }));
    }

    private static bool Add(SqliteSession session, in StoredBadRow row)
    {
        var kind = row.Kind;
        var insert = session.Prepare("""
            INSERT OR IGNORE INTO bad_row (sequence, partition, kind, schema, recorded_at, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """);
        insert.Bind(1, row.Position.Sequence);
        insert.Bind(2, row.Position.Partition);
        insert.Bind(3, kind);
        insert.Bind(4, row.Schema);
        insert.Bind(5, row.RecordedAt.ToUnixTimeMilliseconds());
        insert.Bind(6, row.Json.Span);
        if (insert.Run() == 0)
            return false;
        var count = session.Prepare("INSERT INTO bad_row_count (kind, rows) VALUES (?1, 1) ON CONFLICT DO UPDATE SET rows = rows + 1");
        count.Bind(1, kind);
        count.Run();
        return true;
    }

    private void RemoveOldest(SqliteSession session, int step)
    {
        var kept = session.Prepare("SELECT rows, bytes FROM bad_row_kept");
        kept.Step();
        var (rows, bytes) = (kept.Long(0), kept.Long(1));
        kept.Reset();
        if (rows <= _options.MaxRows && bytes <= _options.MaxBytes)
            return;

        var oldest = new List<(long Id, long Bytes)>();
        var select = session.Prepare("SELECT rowid, length(json) FROM bad_row ORDER BY sequence, partition LIMIT ?1");
        select.Bind(1, step);
        for (; (rows > _options.MaxRows || bytes > _options.MaxBytes) && select.Step(); rows--, bytes -= oldest[^1].Bytes)
            oldest.Add((select.Long(0), select.Long(1)));
        select.Reset();

        var delete = session.Prepare("DELETE FROM bad_row WHERE rowid = ?1");
        foreach (var (id, _) in oldest)
        {
            delete.Bind(1, id);
            delete.Run();
        }
        AddToKept(session, -oldest.Count, -oldest.Sum(row => row.Bytes));
    }

    private static void AddToKept(SqliteSession session, long rows, long bytes)
    {
        var update = session.Prepare("UPDATE bad_row_kept SET rows = rows + ?1, bytes = bytes + ?2");
        update.Bind(1, rows);
        update.Bind(2, bytes);
        update.Run();
    }
}
