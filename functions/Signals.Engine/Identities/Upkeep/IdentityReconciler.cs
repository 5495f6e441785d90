namespace Signals.Engine.Identities;

/// <summary>A deferred event that was replayed.</summary>
/// <param name="Event">The event.</param>
/// <param name="Result">What it resolves to now; its merge events are to be published.</param>
/// <param name="IsUnresolved">
/// True when the fallback id belongs to somebody else, as with events of a shared device: the event keeps a wrong id, which nothing can repair.
/// </param>
public sealed record ReplayedEvent(DeferredEvent Event, ResolutionResult Result, bool IsUnresolved);

/// <summary>Replays events that got a fallback id, so that the graph learns what they say (spec identities, 9.4).</summary>
/// <param name="store">The graph.</param>
/// <param name="time">The clock.</param>
/// <param name="options">Settings; null for the defaults.</param>
public sealed class IdentityReconciler(IIdentityStore store, TimeProvider time, IdentityResolverOptions? options = null)
{
    /// <summary>No event waits for a replay, so that the store has all the time that its client allows. A slow one would never be done otherwise.</summary>
    private static readonly TimeSpan StoreBudget = TimeSpan.FromMinutes(1);

    private readonly IdentityResolver _resolver = new(store, null, time, options);
    private readonly MergeProtocol _merges = new(store, time);
    private Patience? _patience;

    /// <summary>
    /// Replays events in order. They may be removed from the queue when their merge events are written. Replaying again changes nothing.
    /// </summary>
    /// <exception cref="Events.StoreUnavailableException">The store does not answer: the events stay where they are.</exception>
    public async ValueTask<IReadOnlyList<ReplayedEvent>> ReplayAsync(
        IdentityConfiguration configuration, IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken)
    {
        var results = await _resolver.ResolveAsync(Patient(configuration), [.. events.Select(deferred => deferred.Request)], cancellationToken);
        var replayed = new List<ReplayedEvent>(events.Count);
        for (var i = 0; i < events.Count; i++)
        {
            var belongsToAnother = !await AreOneAsync(events[i].Request.FallbackId, results[i].Id, cancellationToken);
            replayed.Add(new ReplayedEvent(events[i], results[i], belongsToAnother));
        }
        return replayed;
    }

    /// <summary>
    /// Whether two ids lead to one root. Merges go on between the two reads: only a pair that is found a second time was a pair of roots at
    /// one moment.
    /// </summary>
    private async ValueTask<bool> AreOneAsync(SnowplowId one, SnowplowId other, CancellationToken cancellationToken)
    {
        for ((SnowplowId?, SnowplowId?) last = default; ;)
        {
            var (first, _) = await _merges.ReadRootAsync(one, cancellationToken);
            var (second, _) = await _merges.ReadRootAsync(other, cancellationToken);
            if (first?.Id == second?.Id)
                return true;
            if ((first?.Id, second?.Id) == last)
                return false;
            last = (first?.Id, second?.Id);
        }
    }

    /// <summary>Tells that merge events were written where they belong.</summary>
    public ValueTask MarkPublishedAsync(IReadOnlyList<MergeEvent> published, CancellationToken cancellationToken) =>
        _resolver.MarkPublishedAsync(published, cancellationToken);

    private IdentityConfiguration Patient(IdentityConfiguration configuration)
    {
        var patience = _patience;
        if (!ReferenceEquals(patience?.Given, configuration))
            _patience = patience = new Patience(configuration, configuration with { StoreBudget = StoreBudget });
        return patience!.Patient;
    }

    /// <summary>A configuration, and the same with time for the store: made once, because rules are made of it.</summary>
    private sealed record Patience(IdentityConfiguration Given, IdentityConfiguration Patient);
}
