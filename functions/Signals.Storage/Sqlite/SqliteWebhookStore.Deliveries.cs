using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>What waits to be delivered (due_at is set) and what was given up (due_at is null).</summary>
public sealed partial class SqliteWebhookStore
{
    private const int MaxErrorLength = 1000;

    /// <inheritdoc />
    public async ValueTask QueueAsync(
        string webhook, long cursor, IReadOnlyList<WebhookDelivery> deliveries, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var move = session.Prepare("UPDATE webhook SET cursor = ?2 WHERE name = ?1 AND cursor < ?2");
            move.Bind(1, webhook);
            move.Bind(2, cursor);
            if (move.Run() == 0)
                return 0;
            var room = IWebhookStore.MaxWaiting - CountWaiting(session, webhook);
            foreach (var delivery in deliveries)
                Insert(session, webhook, delivery, isTooMany: room-- <= 0);
            if (room < 0)
                RemoveOldDeadLetters(session, webhook);
            return deliveries.Count;
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<WebhookDelivery>> ReadDueAsync(string webhook, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((webhook, limit, Now()), static (session, argument) =>
        {
            var due = new List<WebhookDelivery>();
            var select = session.Prepare("""
                SELECT sequence, body, expires_at, attempts, attribute_key, identifier FROM webhook_delivery
                WHERE webhook = ?1 AND due_at <= ?2 ORDER BY due_at, sequence LIMIT ?3
                """);
            select.Bind(1, argument.webhook);
            select.Bind(2, argument.Item3);
            select.Bind(3, argument.limit);
            while (select.Step())
                due.Add(Delivery(select));
            select.Reset();
            return (IReadOnlyList<WebhookDelivery>)due;
        }));
    }

    /// <inheritdoc />
    public ValueTask<DateTimeOffset?> ReadNextDueAsync(string webhook, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(webhook, static (session, webhook) =>
        {
            var select = session.Prepare("SELECT min(due_at) FROM webhook_delivery WHERE webhook = ?1");
            select.Bind(1, webhook);
            select.Step();
            DateTimeOffset? next = select.IsNull(0) ? null : DateTimeOffset.FromUnixTimeMilliseconds(select.Long(0));
            select.Reset();
            return next;
        }));
    }

    /// <inheritdoc />
    public async ValueTask CompleteAsync(string webhook, long sequence, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var delete = session.Prepare("DELETE FROM webhook_delivery WHERE webhook = ?1 AND sequence = ?2");
            delete.Bind(1, webhook);
            delete.Bind(2, sequence);
            return delete.Run();
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask FailAsync(
        string webhook, long sequence, string error, DateTimeOffset? retryAt, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var update = session.Prepare("""
                UPDATE webhook_delivery SET attempts = attempts + 1, due_at = ?3, failed_at = ?4, error = ?5 WHERE webhook = ?1 AND sequence = ?2
                """);
            update.Bind(1, webhook);
            update.Bind(2, sequence);
            update.Bind(3, retryAt?.ToUnixTimeMilliseconds());
            update.Bind(4, Now());
            update.Bind(5, error.Length > MaxErrorLength ? error[..MaxErrorLength] : error);
            update.Run();
            if (retryAt is null)
                RemoveOldDeadLetters(session, webhook);
            return 0;
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string webhook, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((webhook, limit), static (session, argument) =>
        {
            var letters = new List<DeadLetter>();
            var select = session.Prepare("""
                SELECT sequence, body, expires_at, attempts, attribute_key, identifier, failed_at, error FROM webhook_delivery
                WHERE webhook = ?1 AND due_at IS NULL ORDER BY sequence DESC LIMIT ?2
                """);
            select.Bind(1, argument.webhook);
            select.Bind(2, argument.limit);
            while (select.Step())
                letters.Add(new DeadLetter(Delivery(select), DateTimeOffset.FromUnixTimeMilliseconds(select.Long(6)), select.Text(7)));
            select.Reset();
            return (IReadOnlyList<DeadLetter>)letters;
        }));
    }

    /// <inheritdoc />
    public async ValueTask<int> RetryDeadLettersAsync(string webhook, IReadOnlyList<long>? sequences, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            const string retry = "UPDATE webhook_delivery SET attempts = 0, due_at = ?2 WHERE webhook = ?1 AND due_at IS NULL";
            var update = session.Prepare(sequences is null ? retry : retry + " AND sequence = ?3");
            update.Bind(1, webhook);
            update.Bind(2, Now());
            if (sequences is null)
                return update.Run();
            var retried = 0;
            foreach (var sequence in sequences)
            {
                update.Bind(3, sequence);
                retried += update.Run();
            }
            return retried;
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => TargetRows.Delete(session, "webhook_delivery", target), cancellationToken);

    private static int CountWaiting(SqliteSession session, string webhook)
    {
        var count = session.Prepare("SELECT count(*) FROM webhook_delivery WHERE webhook = ?1 AND due_at IS NOT NULL");
        count.Bind(1, webhook);
        count.Step();
        var waiting = (int)count.Long(0);
        count.Reset();
        return waiting;
    }

    private void Insert(SqliteSession session, string webhook, WebhookDelivery delivery, bool isTooMany)
    {
        var insert = session.Prepare("""
            INSERT OR IGNORE INTO webhook_delivery (webhook, sequence, body, expires_at, attempts, due_at, failed_at, error, attribute_key, identifier)
            VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9)
            """);
        insert.Bind(1, webhook);
        insert.Bind(2, delivery.Sequence);
        insert.Bind(3, delivery.Body.Span);
        insert.Bind(4, delivery.ExpiresAt?.ToUnixTimeMilliseconds());
        insert.Bind(5, isTooMany ? null : Now());
        insert.Bind(6, isTooMany ? Now() : null);
        if (isTooMany)
            insert.Bind(7, $"{IWebhookStore.MaxWaiting} deliveries were waiting already");
        else
            insert.Bind(7, (long?)null);
        insert.Bind(8, delivery.Target.AttributeKey);
        insert.Bind(9, delivery.Target.Identifier);
        insert.Run();
    }

    private static void RemoveOldDeadLetters(SqliteSession session, string webhook)
    {
        var delete = session.Prepare("""
            DELETE FROM webhook_delivery WHERE webhook = ?1 AND due_at IS NULL AND sequence <= (
                SELECT sequence FROM webhook_delivery WHERE webhook = ?1 AND due_at IS NULL ORDER BY sequence DESC LIMIT 1 OFFSET ?2)
            """);
        delete.Bind(1, webhook);
        delete.Bind(2, IWebhookStore.MaxDeadLetters);
        delete.Run();
    }

    private static WebhookDelivery Delivery(SqliteStatement row) => new(
        row.Long(0),
        new InterventionTarget(row.Text(4), row.Text(5)),
        row.Bytes(1),
        row.IsNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Long(2)),
        (int)row.Long(3));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
