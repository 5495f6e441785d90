using Signals.Engine.Events;

namespace Signals.Storage.Sqlite;

/// <summary>
/// Leases in a SQLite file. An owner is named machine/process/number; the lease of a process of this machine that is no
/// longer running counts as free, so that a restart after a crash need not wait for it to run out.
/// </summary>
/// <param name="database">The file.</param>
/// <param name="time">Clock for expiry.</param>
public sealed class SqlitePartitionLease(SqliteDatabase database, TimeProvider time) : IPartitionLease
{
    private readonly string _owner = ProcessOwner.NewName();

    /// <inheritdoc />
    public async ValueTask<bool> TryHoldAsync(int partition, TimeSpan duration, CancellationToken cancellationToken)
    {
        // Those who stand by ask often: that must not cost a write.
        if (await ReadHolderAsync(partition, cancellationToken) is { } holder && holder != _owner)
            return false;
        return await database.WriteAsync(session =>
        {
            if (Holder(session, partition, Now()) is { } other && other != _owner)
                return false;
            var hold = session.Prepare("INSERT OR REPLACE INTO partition_lease (partition, owner, expires_at) VALUES (?1, ?2, ?3)");
            hold.Bind(1, partition);
            hold.Bind(2, _owner);
            hold.Bind(3, Now() + (long)duration.TotalMilliseconds);
            hold.Run();
            return true;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseAsync(int partition, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var release = session.Prepare("DELETE FROM partition_lease WHERE partition = ?1 AND owner = ?2");
            release.Bind(1, partition);
            release.Bind(2, _owner);
            return release.Run();
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<string?> ReadHolderAsync(int partition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((partition, Now()), static (session, argument) => Holder(session, argument.partition, argument.Item2)));
    }

    private static string? Holder(SqliteSession session, int partition, long now)
    {
        var select = session.Prepare("SELECT owner FROM partition_lease WHERE partition = ?1 AND expires_at > ?2");
        select.Bind(1, partition);
        select.Bind(2, now);
        var owner = select.Step() ? select.Text(0) : null;
        select.Reset();
        return owner is not null && ProcessOwner.IsRunning(owner) ? owner : null;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
