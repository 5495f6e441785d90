using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>A store of single writes in which every call waits for its turn. A crash comes before a write or just after it.</summary>
internal sealed class ScheduledStore(IIdentityStore inner, Schedule schedule) : IIdentityStore
{
    public async ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
    {
        // Point reads of one call happen at different times.
        var items = new List<StoredItem?>(keys.Count);
        foreach (var key in keys)
        {
            await schedule.TurnAsync();
            items.AddRange(await inner.ReadAsync([key], cancellationToken));
        }
        return items;
    }

    public async ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken)
    {
        await schedule.TurnAsync();
        var version = await inner.TryWriteAsync(change, cancellationToken);
        await schedule.TurnAsync();
        return version;
    }

    public async ValueTask<IReadOnlyList<StoredItem>> ScanAsync(
        IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken)
    {
        await schedule.TurnAsync();
        return await inner.ScanAsync(scan, after, limit, cancellationToken);
    }

    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => inner.CountAsync(cancellationToken);
}
