namespace Signals.Engine.Identities;

/// <summary>Looks things up in the identity graph. Never writes.</summary>
/// <param name="store">The graph.</param>
public sealed class IdentityLookup(IIdentityStore store)
{
    /// <summary>Most identifiers that a description has.</summary>
    public const int MaxIdentifiers = 1000;

    /// <summary>Most ids whose identifiers a description gathers: as many as one person may absorb by default, and itself.</summary>
    private const int MaxIds = 501;

    /// <summary>Most merges in a row: edges lead to older ids, and each merge makes a new root.</summary>
    private const int MaxSteps = 1000;

    /// <summary>What is known of an id, active or not; null when nothing is.</summary>
    public async ValueTask<IdentityDescription?> DescribeAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        var found = await store.ReadAsync([IdentityItemKey.Profile(id), IdentityItemKey.Tombstone(id)], cancellationToken);
        if (found[0]?.Item is not ProfileItem profile)
            return found[1]?.Item is IdentityTombstone tombstone ? new IdentityDescription { Id = id, Tombstone = tombstone } : null;
        var root = await RootOfAsync(profile, cancellationToken);
        var (identifiers, isCut) = await IdentifiersOfAsync(root, cancellationToken);
        return new IdentityDescription { Id = id, Profile = profile, Root = root, Identifiers = identifiers, IsCut = isCut };
    }

    /// <summary>What is known of an identifier as it is stored; null when nothing is.</summary>
    public async ValueTask<IdentifierDescription?> FindAsync(Identifier identifier, CancellationToken cancellationToken)
    {
        var found = await store.ReadAsync([IdentityItemKey.Of(identifier)], cancellationToken);
        if (found[0]?.Item is not IdentifierItem item)
            return null;
        var roots = new List<ProfileItem>();
        foreach (var link in item.Links)
        {
            if (await ReadProfileAsync(link.Profile, cancellationToken) is not { } profile)
                continue;
            var root = await RootOfAsync(profile, cancellationToken);
            if (roots.TrueForAll(known => known.Id != root.Id))
                roots.Add(root);
        }
        return new IdentifierDescription(item, roots);
    }

    /// <summary>Figures of the whole graph; may lag behind by some minutes.</summary>
    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    private async ValueTask<ProfileItem> RootOfAsync(ProfileItem profile, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MaxSteps && profile.Merge is { } merge; step++)
        {
            if (await ReadProfileAsync(merge.Into, cancellationToken) is not { } next)
                return profile;
            profile = next;
        }
        return profile;
    }

    private async ValueTask<ProfileItem?> ReadProfileAsync(SnowplowId id, CancellationToken cancellationToken) =>
        (await store.ReadAsync([IdentityItemKey.Profile(id)], cancellationToken))[0]?.Item as ProfileItem;

    /// <summary>Links stay where they were made: the identifiers of a person are those of all its ids.</summary>
    private async ValueTask<(IReadOnlyList<IdentifierItem> Identifiers, bool IsCut)> IdentifiersOfAsync(ProfileItem root, CancellationToken cancellationToken)
    {
        var ids = root.Children.Select(child => child.Id).Prepend(root.Id).ToList();
        var found = new Dictionary<IdentityItemKey, IdentifierItem>();
        foreach (var id in ids.Take(MaxIds))
        {
            IdentityItemKey? after = null;
            while (found.Count < MaxIdentifiers)
            {
                var page = await store.ScanAsync(IdentityScan.LinkedTo(id), after, MaxIdentifiers - found.Count, cancellationToken);
                if (page.Count == 0)
                    break;
                foreach (var stored in page)
                    found[stored.Item.Key] = (IdentifierItem)stored.Item;
                after = page[^1].Item.Key;
            }
        }
        var ordered = found.Values.OrderBy(item => item.Type, StringComparer.Ordinal).ThenBy(item => item.Value, StringComparer.Ordinal);
        return ([.. ordered], ids.Count > MaxIds || found.Count >= MaxIdentifiers);
    }
}

/// <summary>What is known of one id.</summary>
public sealed record IdentityDescription
{
    /// <summary>The id that was asked for.</summary>
    public required SnowplowId Id { get; init; }

    /// <summary>Its record; null when the id is gone.</summary>
    public ProfileItem? Profile { get; init; }

    /// <summary>The record of the active id; null when the id is gone.</summary>
    public ProfileItem? Root { get; init; }

    /// <summary>That the id is gone; null when it is not.</summary>
    public IdentityTombstone? Tombstone { get; init; }

    /// <summary>Everything linked to the active id and to what it absorbed, by type and value.</summary>
    public IReadOnlyList<IdentifierItem> Identifiers { get; init; } = [];

    /// <summary>True when there are more identifiers than are given.</summary>
    public bool IsCut { get; init; }
}

/// <summary>What is known of one identifier.</summary>
/// <param name="Item">Its record.</param>
/// <param name="Roots">The active ids that its links lead to: one, but for a conflict or a limit.</param>
public sealed record IdentifierDescription(IdentifierItem Item, IReadOnlyList<ProfileItem> Roots);
