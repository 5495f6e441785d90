using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Removes profiles that nothing leads to any more, and leaves tombstones.</summary>
internal sealed class ProfileRemoval(IIdentityStore store, TimeProvider time)
{
    private int Today => ResolutionRules.Days(EventTime.From(time.GetUtcNow()));

    /// <summary>Removes a profile if no identifier is linked to it or to what it absorbed, and it has no merge under way or to tell of.</summary>
    public async ValueTask<bool> TryRemoveUnlinkedAsync(SnowplowId id, TombstoneReason reason, CancellationToken cancellationToken)
    {
        if ((await store.ReadAsync([IdentityItemKey.Profile(id)], cancellationToken))[0] is not { Item: ProfileItem profile } stored)
            return false;
        if (profile is { Merge.IsRecorded: false } or { Intent: not null } || profile.IsRoot && !profile.Pending.IsEmpty)
            return false;
        foreach (var linked in profile.Children.Select(child => child.Id).Prepend(id))
        {
            if (await store.AnyAsync(IdentityScan.LinkedTo(linked), cancellationToken))
                return false;
        }
        await BuryAsync(id, reason, cancellationToken);
        return await store.TryWriteAsync(ItemChange.Delete(profile.Key, stored.Version), cancellationToken) is not null;
    }

    /// <summary>Leaves a tombstone; that of an erasure stays the stronger one.</summary>
    public async ValueTask BuryAsync(SnowplowId id, TombstoneReason reason, CancellationToken cancellationToken)
    {
        var tombstone = new IdentityTombstone(id, reason, Today);
        if (await store.TryWriteAsync(ItemChange.Create(tombstone), cancellationToken) is null && reason == TombstoneReason.Erasure)
            await store.UpdateAsync(tombstone.Key, _ => tombstone, cancellationToken);
    }
}
