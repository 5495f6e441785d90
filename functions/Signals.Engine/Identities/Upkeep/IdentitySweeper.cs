using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>What a sweep by time to live removed.</summary>
/// <param name="Identifiers">The identifiers that are gone.</param>
/// <param name="Ids">The Snowplow IDs that are gone with them.</param>
public sealed record ExpiryReport(IReadOnlyList<Identifier> Identifiers, IReadOnlyList<SnowplowId> Ids);

/// <summary>
/// Background work on the graph (spec identities, 11.6 and 12). Each call does a bounded piece; any number of processes may
/// call at the same time.
/// </summary>
/// <param name="store">The graph.</param>
/// <param name="time">The clock.</param>
public sealed class IdentitySweeper(IIdentityStore store, TimeProvider time)
{
    private static readonly TimeSpan PublishingGrace = TimeSpan.FromSeconds(30);

    private readonly MergeProtocol _merges = new(store, time);
    private readonly ProfileRemoval _removal = new(store, time);

    private EventTime Now => EventTime.From(time.GetUtcNow());

    /// <summary>Takes the steps of merges that whoever began them did not. Returns how many merges had steps to go.</summary>
    public async ValueTask<int> FinishMergesAsync(int limit, CancellationToken cancellationToken)
    {
        var unfinished = await store.ScanAsync(IdentityScan.UnfinishedMerges, null, limit, cancellationToken);
        foreach (var stored in unfinished)
            await _merges.FinishAsync(((ProfileItem)stored.Item).Id, cancellationToken);
        return unfinished.Count;
    }

    /// <summary>
    /// The merge events that whoever caused them did not publish within 30 seconds, each person's oldest first. To be written, then handed
    /// to <see cref="IdentityResolver.MarkPublishedAsync"/>. What a merged profile owes is dropped: its survivor tells of it.
    /// </summary>
    public async ValueTask<IReadOnlyList<MergeEvent>> OverdueMergeEventsAsync(int limit, CancellationToken cancellationToken)
    {
        var due = new List<MergeEvent>();
        var until = EventTime.From(time.GetUtcNow() - PublishingGrace);
        foreach (var stored in await store.ScanAsync(IdentityScan.PendingMerges, null, limit, cancellationToken))
        {
            var profile = (ProfileItem)stored.Item;
            if (profile.Merge is { IsRecorded: true } && profile.Pending.All(pending => pending.RecordedAt <= until))
                await store.TryWriteAsync(ItemChange.Replace(profile with { Pending = [] }, stored.Version), cancellationToken);
            else if (profile.IsRoot)
                due.AddRange(profile.Pending.Where(pending => pending.RecordedAt <= until).Select(pending => MergeEvent.Of(profile, pending)));
        }
        return due;
    }

    /// <summary>Removes identifiers that were not seen for longer than the time to live of their type, and the ids that then have none.</summary>
    /// <param name="configuration">Says how long each type lives.</param>
    /// <param name="limit">Most identifiers of each type to remove in this call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<ExpiryReport> RemoveExpiredAsync(IdentityConfiguration configuration, int limit, CancellationToken cancellationToken)
    {
        var derivation = new SnowplowIdDerivation(configuration);
        var identifiers = new List<Identifier>();
        var ids = new List<SnowplowId>();
        foreach (var type in configuration.Identifiers)
        {
            if (type.TtlDays is not { } days)
                continue;
            var scan = IdentityScan.LastSeenUntil(type.Name, ResolutionRules.Days(Now) - days - 1);
            foreach (var stored in await store.ScanAsync(scan, null, limit, cancellationToken))
            {
                var item = (IdentifierItem)stored.Item;
                var identifier = new Identifier(item.Type, item.Value);
                await ReleaseAsync(identifier, derivation, cancellationToken);
                if (await store.TryWriteAsync(ItemChange.Delete(item.Key, stored.Version), cancellationToken) is null)
                    continue;
                identifiers.Add(identifier);
                await RemoveProfilesAsync(item, ids, cancellationToken);
            }
        }
        return new ExpiryReport(identifiers, ids);
    }

    /// <summary>
    /// Removes profiles of a day of processing that nothing is linked to: what crashes left behind. A day should be over for at least a
    /// day. Returns how many were removed.
    /// </summary>
    public async ValueTask<int> RemoveUnlinkedAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var removed = 0;
        var days = day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        await foreach (var stored in store.AllAsync(IdentityScan.CreatedOn(days), cancellationToken))
        {
            if (stored.Item is not ProfileItem { Merge: null, Intent: null, Children.IsEmpty: true } profile
                || await store.AnyAsync(IdentityScan.LinkedTo(profile.Id), cancellationToken))
                continue;
            if (await store.TryWriteAsync(ItemChange.Delete(profile.Key, stored.Version), cancellationToken) is not null)
                removed++;
        }
        return removed;
    }

    /// <summary>Sees to it that the value, should it return, does not come back to its old id because that is derived from it.</summary>
    private async ValueTask ReleaseAsync(Identifier identifier, SnowplowIdDerivation derivation, CancellationToken cancellationToken)
    {
        for (var generation = 0; ; generation++)
        {
            var id = derivation.OfIdentifier(identifier, generation);
            var items = await store.ReadAsync([IdentityItemKey.Profile(id), IdentityItemKey.Tombstone(id)], cancellationToken);
            if (items[0] is null && items[1] is null)
                return;
            if (items[0] is { Item: ProfileItem { IsReleased: false } profile })
                await store.UpdateAsync(profile.Key, item => ((ProfileItem)item) with { IsReleased = true }, cancellationToken);
        }
    }

    private async ValueTask RemoveProfilesAsync(IdentifierItem removed, List<SnowplowId> ids, CancellationToken cancellationToken)
    {
        var starts = removed.Links.Select(link => link.Profile);
        foreach (var start in removed.AnonymousId.IsNone ? starts : starts.Append(removed.AnonymousId))
        {
            for (var id = start; ;)
            {
                var (profile, _) = await _merges.ReadAsync(id, cancellationToken);
                if (profile is null)
                    break;
                if (await _removal.TryRemoveUnlinkedAsync(id, TombstoneReason.TimeToLive, cancellationToken))
                    ids.Add(id);
                if (profile.Merge is not { } merge)
                {
                    await store.UpdateAsync(profile.Key, CountOneLess, cancellationToken);
                    break;
                }
                id = merge.Into;
            }
        }
    }

    private static ProfileItem? CountOneLess(IdentityItem item) => item is ProfileItem { LinkedIdentifiers: > 0 } profile
        ? profile with { LinkedIdentifiers = profile.LinkedIdentifiers - 1 }
        : null;
}
