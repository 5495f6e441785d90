namespace Signals.Engine.Identities;

/// <summary>An identity graph in memory: for trial runs of a configuration, and what stores are measured against.</summary>
public sealed class MemoryIdentityStore : IAtomicIdentityStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IdentityItemKey, StoredItem> _items = [];
    private readonly List<IdentityItemKey> _changed = [];
    private long _version;
    private long _firstChange;

    /// <summary>How many changes are remembered for <see cref="ChangesAsync"/>.</summary>
    public int RememberedChanges { get; init; } = 100_000;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = new StoredItem?[keys.Count];
        lock (_lock)
        {
            for (var i = 0; i < found.Length; i++)
                found[i] = _items.TryGetValue(keys[i], out var item) ? item : null;
        }
        return ValueTask.FromResult<IReadOnlyList<StoredItem?>>(found);
    }

    /// <inheritdoc />
    public ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            return ValueTask.FromResult<ItemVersion?>(Fits(change) ? Apply(change) : null);
    }

    /// <inheritdoc />
    public ValueTask<WrittenTogether?> TryWriteTogetherAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (var change in changes)
            {
                if (!Fits(change))
                    return ValueTask.FromResult<WrittenTogether?>(null);
            }
            var before = _version + 1;
            var versions = new ItemVersion[changes.Count];
            for (var i = 0; i < versions.Length; i++)
                versions[i] = Apply(changes[i]);
            return ValueTask.FromResult<WrittenTogether?>(new WrittenTogether(versions, before, _version + 1));
        }
    }

    /// <inheritdoc />
    public ValueTask<long?> ChangesAsync(long since, ICollection<IdentityItemKey> changed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (since > 0 && since - 1 < _firstChange)
                return ValueTask.FromResult<long?>(null);
            for (var i = since == 0 ? _changed.Count : (int)(since - 1 - _firstChange); i < _changed.Count; i++)
                changed.Add(_changed[i]);
            return ValueTask.FromResult<long?>(_version + 1);
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(
        IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var found = _items.Values
                .Where(stored => scan.Matches(stored.Item))
                .Select(stored => (stored, stored.Item.Key))
                .Where(entry => after is not { } last || (entry.Key.High, entry.Key.Low).CompareTo((last.High, last.Low)) > 0)
                .OrderBy(entry => (entry.Key.High, entry.Key.Low))
                .Take(limit)
                .Select(entry => entry.stored);
            return ValueTask.FromResult<IReadOnlyList<StoredItem>>([.. found]);
        }
    }

    /// <inheritdoc />
    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var profiles = _items.Values.Select(stored => stored.Item).OfType<ProfileItem>().ToList();
            var identifiers = _items.Values
                .Select(stored => stored.Item)
                .OfType<IdentifierItem>()
                .CountBy(item => item.Type)
                .ToDictionary(count => count.Key, count => (long)count.Value);
            var active = profiles.Where(profile => profile.IsRoot).ToList();
            return ValueTask.FromResult(new IdentityCounts(
                identifiers, profiles.Count, active.Count, active.Count(profile => profile.Kind == ProfileKind.Anonymous)));
        }
    }

    private bool Fits(ItemChange change) => _items.TryGetValue(change.Key, out var stored)
        ? stored.Version == change.Expected
        : change.Expected is null;

    private ItemVersion Apply(ItemChange change)
    {
        var version = new ItemVersion(++_version);
        if (change.Item is { } item)
            _items[change.Key] = new StoredItem(item, version);
        else
            _items.Remove(change.Key);
        _changed.Add(change.Key);
        if (_changed.Count >= 2 * RememberedChanges)
        {
            _changed.RemoveRange(0, RememberedChanges);
            _firstChange += RememberedChanges;
        }
        return version;
    }
}
