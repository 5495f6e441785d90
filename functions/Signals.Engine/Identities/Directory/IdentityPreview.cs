using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Says what requests would resolve to, and changes nothing.</summary>
/// <param name="store">The graph.</param>
/// <param name="time">The clock.</param>
public sealed class IdentityPreview(IIdentityStore store, TimeProvider time)
{
    /// <summary>
    /// Resolves requests one after the other against the graph as it is, and against what the earlier ones would have made of it; one result
    /// per request. There are no fallback ids.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store is away, or slower than its budget.</exception>
    public ValueTask<IReadOnlyList<ResolutionResult>> ResolveAsync(
        IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken) =>
        new IdentityResolver(new UnwrittenChanges(store), null, time).ResolveAsync(configuration, requests, cancellationToken);

    /// <summary>A graph whose writes stay in memory.</summary>
    private sealed class UnwrittenChanges(IIdentityStore store) : IIdentityStore
    {
        private readonly Dictionary<IdentityItemKey, StoredItem?> _changes = [];
        private readonly Lock _lock = new();
        private long _version;

        public async ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
        {
            var items = (await store.ReadAsync(keys, cancellationToken)).ToArray();
            lock (_lock)
            {
                for (var i = 0; i < items.Length; i++)
                    if (_changes.TryGetValue(keys[i], out var changed))
                        items[i] = changed;
            }
            return items;
        }

        public async ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken)
        {
            var current = (await ReadAsync([change.Key], cancellationToken))[0];
            if (current?.Version != change.Expected)
                return null;
            lock (_lock)
            {
                // Not a number of the store's, so that a version of it does not fit what was changed here.
                var version = new ItemVersion(--_version, "unwritten");
                _changes[change.Key] = change.Item is { } item ? new StoredItem(item, version) : null;
                return version;
            }
        }

        /// <summary>Resolution asks no questions that name no keys; what others ask is answered by the graph as it is.</summary>
        public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken) =>
            store.ScanAsync(scan, after, limit, cancellationToken);

        public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);
    }
}
