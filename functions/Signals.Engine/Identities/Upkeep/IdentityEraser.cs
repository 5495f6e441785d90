namespace Signals.Engine.Identities;

/// <summary>Erases people from the graph (spec identities, 13): identifiers, links and ids; what stays is a tombstone per id.</summary>
/// <param name="store">The graph.</param>
/// <param name="queue">Where events with fallback ids wait; those of the erased are removed. Null when there is no queue to look into.</param>
/// <param name="time">The clock.</param>
public sealed class IdentityEraser(IIdentityStore store, IDeferredQueue? queue, TimeProvider time)
{
    private const int QueuePage = 10_000;

    private readonly MergeProtocol _merges = new(store, time);
    private readonly ProfileRemoval _removal = new(store, time);

    /// <summary>Erases people, or says who would be erased. Asking again after a failure does the rest.</summary>
    /// <exception cref="Events.StoreUnavailableException">The store is away. Part of the work may be done.</exception>
    public async ValueTask<ErasureReport> EraseAsync(ErasureRequest request, CancellationToken cancellationToken)
    {
        var outcomes = new List<ErasureOutcome>();
        var ids = new HashSet<SnowplowId>();
        var identifiers = new HashSet<IdentityItemKey>();
        foreach (var input in request.Inputs)
        {
            var (refusal, roots) = await FindAsync(input, request.IsForced, cancellationToken);
            if (refusal is not null)
            {
                outcomes.Add(refusal);
                continue;
            }
            var component = new HashSet<SnowplowId>();
            var linked = new HashSet<IdentityItemKey>();
            foreach (var root in roots)
                await ExpandAsync(root, component, linked, request.IsDryRun, cancellationToken);
            if (!request.IsDryRun)
                await EraseAsync(component, linked, cancellationToken);
            ids.UnionWith(component);
            identifiers.UnionWith(linked);
            outcomes.Add(new ErasureOutcome.Erased([.. component.Order()], linked.Count));
        }
        if (!request.IsDryRun && queue is not null && identifiers.Count > 0)
            await PurgeAsync(queue, identifiers, cancellationToken);
        return new ErasureReport(Guid.CreateVersion7(time.GetUtcNow()).ToString(), outcomes, ids.Count, identifiers.Count);
    }

    /// <summary>The roots that an input leads to, or why there are none.</summary>
    private async ValueTask<(ErasureOutcome? Refusal, IReadOnlyList<ProfileItem> Roots)> FindAsync(
        ErasureInput input, bool isForced, CancellationToken cancellationToken)
    {
        if (input.Id is { } id)
        {
            var (root, _) = await FindRootAsync(id, cancellationToken);
            return root switch
            {
                null => (new ErasureOutcome.NotFound(), []),
                { Kind: ProfileKind.Anonymous } =>
                    (new ErasureOutcome.Failed("anonymous_id", "The id stands for events of several people, and is kept"), []),
                _ => (null, [root]),
            };
        }
        var item = (await store.ReadAsync([IdentityItemKey.Of(input.Identifier!.Value)], cancellationToken))[0]?.Item as IdentifierItem;
        var roots = new List<ProfileItem>();
        foreach (var link in item?.Links ?? [])
        {
            var (root, _) = await FindRootAsync(link.Profile, cancellationToken);
            if (root is not null && roots.TrueForAll(known => known.Id != root.Id))
                roots.Add(root);
        }
        if (roots.Count == 0)
            return (new ErasureOutcome.NotFound(), []);
        return ProfileOwners.AnyConflict(roots) && !isForced
            ? (new ErasureOutcome.Failed("ambiguous_identifier", "The identifier belongs to several people"), [])
            : (null, roots);
    }

    /// <summary>As for resolution, but a root whose erasure has begun is found.</summary>
    private async ValueTask<(ProfileItem? Root, ItemVersion Version)> FindRootAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (profile, version) = await _merges.ReadAsync(id, cancellationToken);
            if (profile?.Merge is not { } merge)
                return (profile, version);
            id = merge.Into;
        }
    }

    /// <summary>
    /// Everything that belongs to a person. Unless it is a trial, the root is marked first, so that resolution takes the person for gone and
    /// the component does not grow any more.
    /// </summary>
    private async ValueTask ExpandAsync(
        ProfileItem found, HashSet<SnowplowId> ids, HashSet<IdentityItemKey> identifiers, bool isDryRun, CancellationToken cancellationToken)
    {
        var (root, version) = await FindRootAsync(found.Id, cancellationToken);
        while (!isDryRun && root is { Kind: ProfileKind.Person })
        {
            var marked = root with { Kind = ProfileKind.Erased };
            if (await store.TryWriteAsync(ItemChange.Replace(marked, version), cancellationToken) is not null)
                break;
            (root, version) = await FindRootAsync(found.Id, cancellationToken);
        }
        if (root is null)
            return;
        ids.Add(root.Id);
        ids.UnionWith(root.Children.Select(child => child.Id));
        foreach (var id in ids.ToList())
        {
            await foreach (var stored in store.AllAsync(IdentityScan.LinkedTo(id), cancellationToken))
                identifiers.Add(stored.Item.Key);
        }
    }

    private async ValueTask EraseAsync(HashSet<SnowplowId> ids, HashSet<IdentityItemKey> identifiers, CancellationToken cancellationToken)
    {
        var anonymous = new HashSet<SnowplowId>();
        foreach (var key in identifiers)
        {
            while ((await store.ReadAsync([key], cancellationToken))[0] is { Item: IdentifierItem item } stored)
            {
                var links = item.Links.RemoveAll(link => ids.Contains(link.Profile));
                var change = links.IsEmpty
                    ? ItemChange.Delete(key, stored.Version)
                    : ItemChange.Replace(item with { Links = links }, stored.Version);
                if (await store.TryWriteAsync(change, cancellationToken) is null)
                    continue;
                if (links.IsEmpty && !item.AnonymousId.IsNone)
                    anonymous.Add(item.AnonymousId);
                break;
            }
        }
        foreach (var id in ids)
        {
            await _removal.BuryAsync(id, TombstoneReason.Erasure, cancellationToken);
            var key = IdentityItemKey.Profile(id);
            while ((await store.ReadAsync([key], cancellationToken))[0] is { } stored
                && await store.TryWriteAsync(ItemChange.Delete(key, stored.Version), cancellationToken) is null)
            {
            }
        }
        foreach (var id in anonymous)
            await _removal.TryRemoveUnlinkedAsync(id, TombstoneReason.Erasure, cancellationToken);
    }

    private static async ValueTask PurgeAsync(IDeferredQueue queue, HashSet<IdentityItemKey> identifiers, CancellationToken cancellationToken)
    {
        var waiting = await queue.ReadAsync(QueuePage, cancellationToken);
        var erased = waiting.Where(queued => queued.Event.Request.Identifiers.Any(identifier => identifiers.Contains(IdentityItemKey.Of(identifier))));
        await queue.RemoveAsync([.. erased.Select(queued => queued.Sequence)], cancellationToken);
    }
}
