using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Leases in Cosmos DB: one document per partition with its owner and when the lease runs out, replaced under its ETag. Owners on several
/// machines compare that instant with their own clocks, so clocks may differ by less than the duration of a lease. The lease of a process
/// of this machine that is no longer running counts as free.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock for expiry.</param>
public sealed class CosmosPartitionLease(CosmosAccount account, TimeProvider time) : IPartitionLease
{
    private readonly CosmosContainer _container = account.Container(CosmosContainers.Leases);
    private readonly string _owner = ProcessOwner.NewName();

    /// <inheritdoc />
    public async ValueTask<bool> TryHoldAsync(int partition, TimeSpan duration, CancellationToken cancellationToken)
    {
        var lease = await ReadAsync(partition, cancellationToken);
        if (lease?.Owner is { } owner && owner != _owner)
            return false;
        return await TryWriteAsync(partition, lease?.ETag, _owner, time.GetUtcNow() + duration, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask ReleaseAsync(int partition, CancellationToken cancellationToken)
    {
        // Lost to another owner meanwhile: then there is nothing to give back.
        if (await ReadAsync(partition, cancellationToken) is { } lease && lease.Owner == _owner)
            await _container.DeleteAsync(IdOf(partition), IdOf(partition), lease.ETag, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<string?> ReadHolderAsync(int partition, CancellationToken cancellationToken) =>
        (await ReadAsync(partition, cancellationToken))?.Owner;

    private static string IdOf(int partition) => $"partition-{partition}";

    private async Task<bool> TryWriteAsync(int partition, string? etag, string owner, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var id = IdOf(partition);
        var item = CosmosItem.Write(id, id, (owner, until, Now: time.GetUtcNow()), static (json, lease) =>
        {
            json.WriteString("owner", lease.owner);
            json.WriteNumber("until", lease.until.ToUnixTimeMilliseconds());
            json.WriteNumber("ttl", CosmosItem.TimeToLive(lease.until - lease.Now));
        });
        var written = etag is null
            ? await _container.CreateAsync(id, item, cancellationToken)
            : await _container.ReplaceAsync(id, id, item, etag, cancellationToken);
        return written.IsDone;
    }

    /// <summary>The lease document; its owner is null when it has run out. Null when there is none.</summary>
    private async Task<(string? Owner, string ETag)?> ReadAsync(int partition, CancellationToken cancellationToken)
    {
        if (await _container.ReadAsync(IdOf(partition), IdOf(partition), cancellationToken) is not { } item)
            return null;
        var lease = item.Parse();
        var owner = lease.GetProperty("owner").GetString()!;
        var isHeld = lease.GetProperty("until").GetInt64() > time.GetUtcNow().ToUnixTimeMilliseconds() && ProcessOwner.IsRunning(owner);
        return (isHeld ? owner : null, item.ETag);
    }
}
