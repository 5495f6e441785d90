using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// The steps of a merge that anybody may take who meets it half done (spec identities, 11.5, steps 5 and 6). Each step is one
/// conditional write, and whoever takes it comes to the same end.
/// </summary>
internal sealed class MergeProtocol(IIdentityStore store, TimeProvider time)
{
    /// <summary>Takes the steps that the merge of a profile has to go, if any.</summary>
    public async ValueTask FinishAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        await CompleteAsync(id, cancellationToken);
        await RecordAsync([id], cancellationToken);
    }

    /// <summary>Carries a merge out that has to hand an owner over, or calls it off. True when the profile is merged in the end.</summary>
    public async ValueTask<bool> CompleteAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (child, version) = await ReadAsync(id, cancellationToken);
            if (child?.Intent is not { } intent || child.Merge is not null)
                return child?.Merge is not null;
            var (survivor, survivorVersion) = await ReadAsync(intent.Into, cancellationToken);
            if (survivor is not null && child.Owners.All(survivor.Owners.Contains))
            {
                var merged = child with
                {
                    Merge = new MergeRecord(intent.Into, intent.At, intent.EventId, intent.AppId, IsRecorded: false),
                    Intent = null,
                };
                if (await store.TryWriteAsync(ItemChange.Replace(merged, version), cancellationToken) is not null)
                    return true;
            }
            else if (survivor is not { IsRoot: true, Owners.IsEmpty: true, Kind: ProfileKind.Person })
            {
                if (await store.TryWriteAsync(ItemChange.Replace(child with { Intent = null }, version), cancellationToken) is not null)
                    return false;
            }
            else
            {
                // Won or lost, the next look at the survivor tells.
                await store.TryWriteAsync(ItemChange.Replace(survivor with { Owners = child.Owners }, survivorVersion), cancellationToken);
            }
        }
    }

    /// <summary>Names merged profiles, and what they had absorbed, at the root that survives them. All were merged by one event.</summary>
    public async ValueTask RecordAsync(IReadOnlyList<SnowplowId> ids, CancellationToken cancellationToken)
    {
        while (true)
        {
            var children = new List<(ProfileItem Profile, ItemVersion Version)>();
            foreach (var id in ids)
            {
                var (child, version) = await ReadAsync(id, cancellationToken);
                if (child?.Merge is { IsRecorded: false })
                    children.Add((child, version));
            }
            if (children.Count == 0 || await TryRecordAsync(children, cancellationToken))
                return;
        }
    }

    private async ValueTask<bool> TryRecordAsync(List<(ProfileItem Profile, ItemVersion Version)> children, CancellationToken cancellationToken)
    {
        var merge = children[0].Profile.Merge!;
        var (root, rootVersion) = await ReadRootAsync(merge.Into, cancellationToken);
        if (root is not null)
        {
            var named = root.Children.Select(child => child.Id).ToHashSet();
            var unnamed = children
                .Select(child => child.Profile)
                .Where(child => !named.Contains(child.Id) || !child.Children.All(grandchild => named.Contains(grandchild.Id)))
                .ToList();
            if (unnamed.Count > 0)
            {
                var now = EventTime.From(time.GetUtcNow());
                var changed = MergeRecording.Record(root, unnamed, merge.At, merge.EventId, merge.AppId, now);
                if (await store.TryWriteAsync(ItemChange.Replace(changed, rootVersion), cancellationToken) is null)
                    return false;
            }
        }
        foreach (var (child, version) in children)
        {
            var recorded = child with { Merge = child.Merge! with { IsRecorded = true } };
            if (await store.TryWriteAsync(ItemChange.Replace(recorded, version), cancellationToken) is null)
                return false;
        }
        return true;
    }

    /// <summary>Follows the merges of an id to its end as the store has it now; null when the way leads nowhere.</summary>
    public async ValueTask<(ProfileItem? Root, ItemVersion Version)> ReadRootAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (profile, version) = await ReadAsync(id, cancellationToken);
            if (profile is null || profile.Kind == ProfileKind.Erased)
                return (null, default);
            if (profile.Merge is not { } merge)
                return (profile, version);
            id = merge.Into;
        }
    }

    /// <summary>Reads a profile as the store has it now; null when there is none.</summary>
    public async ValueTask<(ProfileItem? Profile, ItemVersion Version)> ReadAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        var items = await store.ReadAsync([IdentityItemKey.Profile(id)], cancellationToken);
        return items[0] is { } stored ? ((ProfileItem)stored.Item, stored.Version) : (null, default);
    }
}
