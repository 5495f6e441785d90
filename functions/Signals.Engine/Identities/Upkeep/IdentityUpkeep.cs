namespace Signals.Engine.Identities;

/// <summary>
/// What has to be done for the graph beside resolving events (spec identities, 9.4, 11.6 and 12): replays events with fallback ids,
/// finishes merges that a crash left, publishes merge events that nobody did, removes what has expired. Any number of processes
/// may do it at the same time; doing it again changes nothing.
/// </summary>
/// <param name="store">The graph.</param>
/// <param name="configurations">The configuration in force.</param>
/// <param name="resolver">Marks merge events as published.</param>
/// <param name="merges">Where merge events go.</param>
/// <param name="metrics">Counts replayed events.</param>
/// <param name="time">The clock.</param>
/// <param name="queue">Events with fallback ids; null where something else brings them.</param>
public sealed class IdentityUpkeep(
    IIdentityStore store, IIdentityConfigurationSource configurations, IdentityResolver resolver, IMergeEventSink merges, ResolutionMetrics metrics,
    TimeProvider time, IDeferredQueue? queue = null)
{
    private const int ReplayedAtOnce = 500;
    private const int FinishedAtOnce = 200;
    private const int RemovedAtOnce = 500;

    private readonly IdentitySweeper _sweeper = new(store, time);
    private readonly IdentityReconciler _reconciler = new(store, time);
    private DateOnly _swept;

    /// <summary>Does a bounded piece of everything; nothing where no identifiers are configured.</summary>
    /// <exception cref="Events.StoreUnavailableException">The graph or the queue does not answer.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        if (configurations.Current.Configuration.Identifiers.Count == 0)
            return;
        if (queue is not null)
            await ReplayAsync(queue, cancellationToken);
        await _sweeper.FinishMergesAsync(FinishedAtOnce, cancellationToken);
        await PublishAsync(await _sweeper.OverdueMergeEventsAsync(FinishedAtOnce, cancellationToken), cancellationToken);
        await _sweeper.RemoveExpiredAsync(configurations.Current.Configuration, RemovedAtOnce, cancellationToken);
        await SweepOnceADayAsync(cancellationToken);
    }

    /// <summary>Replays events with fallback ids and publishes the merges that come of it (spec identities, 9.4).</summary>
    public async ValueTask<IReadOnlyList<ReplayedEvent>> ReplayAsync(IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken)
    {
        var replayed = await _reconciler.ReplayAsync(configurations.Current.Configuration, events, cancellationToken);
        await PublishAsync([.. replayed.SelectMany(one => one.Result.MergeEvents).DistinctBy(merge => merge.EventId)], cancellationToken);
        foreach (var one in replayed)
            metrics.CountReplayed(one);
        return replayed;
    }

    private async ValueTask ReplayAsync(IDeferredQueue waiting, CancellationToken cancellationToken)
    {
        var events = await waiting.ReadAsync(ReplayedAtOnce, cancellationToken);
        if (events.Count == 0)
            return;
        await ReplayAsync([.. events.Select(queued => queued.Event)], cancellationToken);
        await waiting.RemoveAsync([.. events.Select(queued => queued.Sequence)], cancellationToken);
    }

    private async ValueTask PublishAsync(IReadOnlyList<MergeEvent> due, CancellationToken cancellationToken)
    {
        if (due.Count == 0)
            return;
        await merges.AppendAsync(due, cancellationToken);
        await resolver.MarkPublishedAsync(due, cancellationToken);
    }

    private async ValueTask SweepOnceADayAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (_swept == today)
            return;
        await _sweeper.RemoveUnlinkedAsync(today.AddDays(-2), cancellationToken);
        _swept = today;
    }
}
