using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>What hubs say of themselves and of what they delivered.</summary>
public sealed partial class SqliteInterventionOutbox
{
    /// <inheritdoc />
    public async ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken)
    {
        if (receipts.Count == 0)
            return;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await _database.WriteAsync(session =>
        {
            foreach (var receipt in receipts)
                Save(session, receipt, now);
            return receipts.Count;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read(interventionId, static (session, id) =>
        {
            var receipts = new List<DeliveryReceipt>();
            var select = session.Prepare("SELECT hub, attribute_key, identifier, delivered FROM intervention_receipt WHERE intervention_id = ?1");
            select.Bind(1, id.ToByteArray(bigEndian: true));
            while (select.Step())
                receipts.Add(new DeliveryReceipt(id, new InterventionTarget(select.Text(1), select.Text(2)), select.Text(0), select.Long(3) != 0));
            select.Reset();
            return (IReadOnlyList<DeliveryReceipt>)receipts;
        }));
    }

    /// <inheritdoc />
    public async ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken) =>
        await _database.WriteAsync(session =>
        {
            var announce = session.Prepare("INSERT OR REPLACE INTO intervention_hub (hub, until) VALUES (?1, ?2)");
            announce.Bind(1, hub);
            announce.Bind(2, until.ToUnixTimeMilliseconds());
            return announce.Run();
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_database.Read(_time.GetUtcNow().ToUnixTimeMilliseconds(), static (session, now) =>
        {
            var hubs = new List<string>();
            var select = session.Prepare("SELECT hub FROM intervention_hub WHERE until > ?1 ORDER BY hub");
            select.Bind(1, now);
            while (select.Step())
                hubs.Add(select.Text(0));
            select.Reset();
            hubs.RemoveAll(hub => !ProcessOwner.IsRunning(hub));
            return (IReadOnlyList<string>)hubs;
        }));
    }

    private static void Save(SqliteSession session, in DeliveryReceipt receipt, long now)
    {
        var save = session.Prepare("INSERT OR REPLACE INTO intervention_receipt VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        save.Bind(1, receipt.InterventionId.ToByteArray(bigEndian: true));
        save.Bind(2, receipt.Hub);
        save.Bind(3, receipt.Target.AttributeKey);
        save.Bind(4, receipt.Target.Identifier);
        save.Bind(5, receipt.Delivered ? 1 : 0);
        save.Bind(6, now);
        save.Run();
    }

    private static void RemoveOldReceiptsAndHubs(SqliteSession session, long oldest, int limit)
    {
        var receipts = session.Prepare("""
            DELETE FROM intervention_receipt WHERE rowid IN (
                SELECT rowid FROM (SELECT rowid, saved_at FROM intervention_receipt ORDER BY rowid LIMIT ?2) WHERE saved_at < ?1)
            """);
        receipts.Bind(1, oldest);
        receipts.Bind(2, limit);
        receipts.Run();
        var hubs = session.Prepare("DELETE FROM intervention_hub WHERE until < ?1");
        hubs.Bind(1, oldest);
        hubs.Run();
    }
}
