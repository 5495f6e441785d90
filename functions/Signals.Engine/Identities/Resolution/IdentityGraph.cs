namespace Signals.Engine.Identities;

/// <summary>
/// The part of the identity graph that is in memory. Looking for an item that is not here notes its name; the caller loads what
/// was noted and looks again. Two generations: when the young one is full between two batches, the old one is forgotten.
/// </summary>
internal sealed class IdentityGraph(int capacity = int.MaxValue)
{
    private readonly List<GraphNode> _changed = [];
    private readonly HashSet<IdentityItemKey> _missing = [];
    private Dictionary<IdentityItemKey, GraphNode> _young = [];
    private Dictionary<IdentityItemKey, GraphNode> _old = [];

    /// <summary>Whether something was looked for that has to be loaded first.</summary>
    public bool IsMissingAny => _missing.Count > 0;

    /// <summary>The ids that were met whose merge has steps to go; whoever sees to that clears it.</summary>
    public HashSet<SnowplowId> Unfinished { get; } = [];

    /// <summary>The merged profiles that were met and have merge events to publish; whoever looks clears it first.</summary>
    public List<ProfileItem> Owing { get; } = [];

    /// <summary>The nodes with changes that are not stored.</summary>
    public IReadOnlyList<GraphNode> Changed => _changed;

    /// <summary>The node of an item; null, and noted, when it is not loaded.</summary>
    public GraphNode? Find(IdentityItemKey key)
    {
        if (_young.TryGetValue(key, out var node) || _old.Count > 0 && TryPromote(key, out node))
            return node;
        _missing.Add(key);
        return null;
    }

    /// <summary>An item as it is in memory; null when it is not there, loaded or not. Nothing is noted.</summary>
    public IdentityItem? Loaded(IdentityItemKey key) => _young.GetValueOrDefault(key)?.Item;

    /// <summary>Finds an identifier, null where there is none. False when it is not loaded.</summary>
    public bool TryFindIdentifier(IdentityItemKey key, out IdentifierItem? item)
    {
        var node = Find(key);
        item = (IdentifierItem?)node?.Item;
        return node is not null;
    }

    /// <summary>Finds a profile, null where there is none. False when it is not loaded.</summary>
    public bool TryFindProfile(SnowplowId id, out ProfileItem? item)
    {
        var node = Find(IdentityItemKey.Profile(id));
        item = (ProfileItem?)node?.Item;
        return node is not null;
    }

    /// <summary>Finds the tombstone of an id, null where there is none. False when that is not loaded.</summary>
    public bool TryFindTombstone(SnowplowId id, out IdentityTombstone? item)
    {
        var node = Find(IdentityItemKey.Tombstone(id));
        item = (IdentityTombstone?)node?.Item;
        return node is not null;
    }

    /// <summary>Follows the merges of an id to their end; null where the id, or an id on the way, is gone. False when something is not loaded.</summary>
    public bool TryFindRoot(SnowplowId id, out ProfileItem? root)
    {
        while (TryFindProfile(id, out root))
        {
            if (root is null || root.Kind == ProfileKind.Erased)
            {
                root = null;
                return true;
            }
            if (root is { Merge.IsRecorded: false } or { Intent: not null })
                Unfinished.Add(root.Id);
            if (root.Merge is not { } merge)
                return true;
            if (!root.Pending.IsEmpty)
                Owing.Add(root);
            id = merge.Into;
        }
        return false;
    }

    /// <summary>Loads what was looked for and not found.</summary>
    public async ValueTask LoadMissingAsync(IIdentityStore store, CancellationToken cancellationToken)
    {
        if (_missing.Count == 0)
            return;
        IdentityItemKey[] keys = [.. _missing];
        _missing.Clear();
        var items = await store.ReadAsync(keys, cancellationToken);
        for (var i = 0; i < keys.Length; i++)
            Keep(new GraphNode(keys[i]) { Item = items[i]?.Item, Version = items[i]?.Version });
    }

    /// <summary>Replaces an item in memory; it has to be stored yet. One that was not loaded must not exist in the store.</summary>
    public void Change(IdentityItem item)
    {
        if (!_young.TryGetValue(item.Key, out var node) && !TryPromote(item.Key, out node))
            Keep(node = new GraphNode(item.Key));
        node.Item = item;
        if (node.IsChanged)
            return;
        node.IsChanged = true;
        _changed.Add(node);
    }

    /// <summary>Takes over that the changes were stored, and under which versions.</summary>
    public void Stored(IReadOnlyList<ItemVersion> versions)
    {
        for (var i = 0; i < _changed.Count; i++)
        {
            _changed[i].Version = versions[i];
            _changed[i].IsChanged = false;
        }
        _changed.Clear();
    }

    /// <summary>Takes over that one item was stored, or null in its place deleted.</summary>
    public void Stored(IdentityItemKey key, IdentityItem? item, ItemVersion version) =>
        Keep(new GraphNode(key) { Item = item, Version = item is null ? null : version });

    /// <summary>Takes an item over as another graph has it, if it has.</summary>
    public void Share(IdentityGraph other, IdentityItemKey key)
    {
        if (other._young.TryGetValue(key, out var node))
            Keep(node);
    }

    /// <summary>The version of an item as it was loaded or stored; null when it does not exist.</summary>
    public ItemVersion? VersionOf(IdentityItemKey key) => Find(key)?.Version;

    /// <summary>Forgets the changes that are not stored, and the items with them.</summary>
    public void Abandon()
    {
        foreach (var node in _changed)
            Forget(node.Key);
        _changed.Clear();
        _missing.Clear();
    }

    /// <summary>Makes room between two batches; what a batch needs is never forgotten under way.</summary>
    public void Trim()
    {
        if (_young.Count < capacity / 2)
            return;
        _old = _young;
        _young = [];
    }

    /// <summary>Forgets an item; it is loaded again when it is looked for.</summary>
    public void Forget(IdentityItemKey key)
    {
        _young.Remove(key);
        _old.Remove(key);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _young.Clear();
        _old.Clear();
        _changed.Clear();
        _missing.Clear();
        Unfinished.Clear();
        Owing.Clear();
    }

    private bool TryPromote(IdentityItemKey key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GraphNode? node)
    {
        if (!_old.Remove(key, out node))
            return false;
        Keep(node);
        return true;
    }

    private void Keep(GraphNode node) => _young[node.Key] = node;
}

/// <summary>An item in memory, or the knowledge that there is none.</summary>
internal sealed class GraphNode(IdentityItemKey key)
{
    public IdentityItemKey Key { get; } = key;

    public IdentityItem? Item
    {
        get;
        set
        {
            field = value;
            var identifier = value as IdentifierItem;
            SoleProfile = identifier is { Links.Length: 1, Guard: null or { QuarantinedUntil.UnixMicroseconds: 0 } } ? identifier.Links[0].Profile : default;
            LastSeenDay = identifier?.LastSeenDay ?? 0;
        }
    }

    /// <summary>
    /// Where an identifier leads that has one link and was never set aside; none for any other item. Kept here because every event asks for
    /// it, and each step to another object costs as much as all the rest.
    /// </summary>
    public SnowplowId SoleProfile { get; private set; }

    /// <summary>When an identifier was last seen; 0 for any other item.</summary>
    public int LastSeenDay { get; private set; }

    /// <summary>The version in the store; null when it is not there.</summary>
    public ItemVersion? Version { get; set; }

    public bool IsChanged { get; set; }

    public ItemChange ToChange() => new(Key, Item, Version);
}
