using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>A store that fails while it is told to. Shows single writes alone, so that resolution takes the steps of the protocol.</summary>
public class SwitchedStore(IIdentityStore inner) : IIdentityStore
{
    public bool IsDown { get; set; }

    public ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken) =>
        Up().ReadAsync(keys, cancellationToken);

    public ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken) =>
        Up().TryWriteAsync(change, cancellationToken);

    public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken) =>
        Up().ScanAsync(scan, after, limit, cancellationToken);

    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => Up().CountAsync(cancellationToken);

    protected IIdentityStore Up() => IsDown
        ? throw new StoreUnavailableException("The identity store", null, new TimeoutException("it is switched off"))
        : inner;
}

/// <summary>The same for a store that writes many items as one.</summary>
public sealed class SwitchedAtomicStore(IAtomicIdentityStore inner) : SwitchedStore(inner), IAtomicIdentityStore
{
    private IAtomicIdentityStore UpAtomic() => (IAtomicIdentityStore)Up();

    public ValueTask<WrittenTogether?> TryWriteTogetherAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellationToken) =>
        UpAtomic().TryWriteTogetherAsync(changes, cancellationToken);

    public ValueTask<long?> ChangesAsync(long since, ICollection<IdentityItemKey> changed, CancellationToken cancellationToken) =>
        UpAtomic().ChangesAsync(since, changed, cancellationToken);
}

/// <summary>Deferred events in a list.</summary>
public sealed class ListedDeferredEvents : IDeferredQueue
{
    private readonly SortedDictionary<long, DeferredEvent> _events = [];
    private long _last;

    public ValueTask AppendAsync(IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var deferred in events)
            _events.Add(++_last, deferred);
        return default;
    }

    public ValueTask<IReadOnlyList<QueuedEvent>> ReadAsync(int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<QueuedEvent>>([.. _events.Take(limit).Select(entry => new QueuedEvent(entry.Key, entry.Value))]);

    public ValueTask RemoveAsync(IReadOnlyList<long> sequences, CancellationToken cancellationToken)
    {
        foreach (var sequence in sequences)
            _events.Remove(sequence);
        return default;
    }
}
