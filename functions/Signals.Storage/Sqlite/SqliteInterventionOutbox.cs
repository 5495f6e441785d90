using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>The outbox of interventions in a SQLite file, followed by every process that has the file open.</summary>
public sealed partial class SqliteInterventionOutbox : IInterventionOutbox
{
    private const string Columns = """
        SELECT sequence, intervention_id, name, version, attribute_key, identifier, attributes, decision, wants_receipt, decided_at, expires_at
        FROM intervention
        """;

    private const string ReadAfter = Columns + " WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";

    private const string ReadTarget = Columns + """
         WHERE attribute_key = ?1 AND identifier = ?2 COLLATE NOCASE AND sequence > ?3 ORDER BY sequence LIMIT ?4
        """;

    private const string ReadNewest = Columns + " WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2";

    private const string ReadNewestOfName = Columns + " WHERE name = ?3 AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2";

    private const string Insert = """
        INSERT OR IGNORE INTO intervention VALUES (
            (SELECT value + 1 FROM counter WHERE name = 'intervention'), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """;

    private static readonly TimeSpan OtherProcessPoll = TimeSpan.FromMilliseconds(50);

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maxAge;
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes an outbox; one per process and file, so that those who wait hear of an append at once.</summary>
    /// <param name="database">The file.</param>
    /// <param name="time">Clock for the age of entries.</param>
    /// <param name="options">How long entries are kept; the defaults when null.</param>
    /// <exception cref="ArgumentException">Entries would be kept for too short a time.</exception>
    public SqliteInterventionOutbox(SqliteDatabase database, TimeProvider time, SqliteInterventionOutboxOptions? options = null)
    {
        _database = database;
        _time = time;
        _maxAge = (options ?? new SqliteInterventionOutboxOptions()).MaxAge;
        if (_maxAge < IInterventionOutbox.Retention)
            throw new ArgumentException($"{nameof(SqliteInterventionOutboxOptions.MaxAge)} is {_maxAge}, at least {IInterventionOutbox.Retention} is needed.", nameof(options));
    }

    /// <inheritdoc />
    public async ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return 0;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var added = await _database.WriteAsync(session => messages.Count(message => Add(session, message, now)), cancellationToken);
        if (added > 0)
            Interlocked.Exchange(ref _appended, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return added;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read((afterSequence, limit), static (session, argument) =>
        {
            var select = session.Prepare(ReadAfter);
            select.Bind(1, argument.afterSequence);
            select.Bind(2, argument.limit);
            return (IReadOnlyList<OutboxEntry>)Entries(select);
        }));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read((targets, afterSequence, limit), static (session, argument) =>
        {
            var found = new SortedList<long, OutboxEntry>();
            foreach (var target in argument.targets)
            {
                foreach (var entry in OfTarget(session, target, argument.afterSequence, argument.limit))
                    found[entry.Sequence] = entry;
            }
            return (IReadOnlyList<OutboxEntry>)[.. found.Values.Take(argument.limit)];
        }));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit is 1 to 1000.");
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read((name, beforeSequence, limit), static (session, argument) =>
        {
            var select = session.Prepare(argument.name is null ? ReadNewest : ReadNewestOfName);
            select.Bind(1, argument.beforeSequence);
            select.Bind(2, argument.limit);
            if (argument.name is not null)
                select.Bind(3, argument.name);
            return (IReadOnlyList<OutboxEntry>)Entries(select);
        }));
    }

    /// <inheritdoc />
    public ValueTask<long> ReadEndAsync(CancellationToken cancellationToken) =>
        ReadNumber("SELECT value FROM counter WHERE name = 'intervention'", cancellationToken);

    /// <inheritdoc />
    public async ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            var appended = Volatile.Read(ref _appended).Task;
            if (await ReadNumber("SELECT max(sequence) FROM intervention", cancellationToken) > afterSequence)
                return;
            await Task.WhenAny(appended, Task.Delay(OtherProcessPoll, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc />
    public async ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        var oldest = (_time.GetUtcNow() - _maxAge).ToUnixTimeMilliseconds();
        var first = _database.Read(0, static (session, _) => session.Number("SELECT appended_at FROM intervention ORDER BY sequence LIMIT 1"));
        if (first == 0 || first >= oldest)
            return 0;
        return await _database.WriteAsync(session =>
        {
            RemoveOldReceiptsAndHubs(session, oldest, limit);
            var delete = session.Prepare("""
                DELETE FROM intervention WHERE sequence IN (
                    SELECT sequence FROM (SELECT sequence, appended_at FROM intervention ORDER BY sequence LIMIT ?2) WHERE appended_at < ?1)
                """);
            delete.Bind(1, oldest);
            delete.Bind(2, limit);
            return delete.Run();
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken) =>
        await _database.WriteAsync(session => TargetRows.Delete(session, "intervention", target), cancellationToken);

    private static bool Add(SqliteSession session, InterventionMessage message, long now)
    {
        var insert = session.Prepare(Insert);
        insert.Bind(1, message.InterventionId.ToByteArray(bigEndian: true));
        insert.Bind(2, message.Name);
        insert.Bind(3, message.Version);
        insert.Bind(4, message.Target.AttributeKey);
        insert.Bind(5, message.Target.Identifier);
        insert.Bind(6, AttributeText.Write(message.Attributes));
        insert.Bind(7, (long)message.Decision);
        insert.Bind(8, message.WantsReceipt ? 1 : 0);
        insert.Bind(9, message.DecidedAt.ToUnixTimeMilliseconds());
        insert.Bind(10, message.ExpiresAt?.ToUnixTimeMilliseconds());
        insert.Bind(11, now);
        if (insert.Run() == 0)
            return false;
        session.Next("intervention");
        return true;
    }

    private static IEnumerable<OutboxEntry> OfTarget(SqliteSession session, InterventionTarget target, long afterSequence, int limit)
    {
        var select = session.Prepare(ReadTarget);
        select.Bind(1, target.AttributeKey);
        select.Bind(2, target.Identifier);
        select.Bind(3, afterSequence);
        select.Bind(4, limit);
        // SQLite compares all identifiers without regard to case; only UUIDs are the same in another case.
        return Entries(select).Where(entry => entry.Message.Target.IsSameAs(target));
    }

    private static List<OutboxEntry> Entries(SqliteStatement select)
    {
        var entries = new List<OutboxEntry>();
        while (select.Step())
            entries.Add(new OutboxEntry(select.Long(0), Message(select)));
        select.Reset();
        return entries;
    }

    private static InterventionMessage Message(SqliteStatement row) => new()
    {
        InterventionId = new Guid(row.Span(1), bigEndian: true),
        Name = row.Text(2),
        Version = (int)row.Long(3),
        Target = new InterventionTarget(row.Text(4), row.Text(5)),
        Attributes = AttributeText.Read(row.Span(6)),
        Decision = (InterventionDecision)row.Long(7),
        WantsReceipt = row.Long(8) != 0,
        DecidedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Long(9)),
        ExpiresAt = row.IsNull(10) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Long(10)),
    };

    private ValueTask<long> ReadNumber(string sql, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read(sql, static (session, sql) => session.Number(sql)));
    }
}
