using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Gives a client that comes back what it missed, without gap and without repetition (spec signals-api 11.1; docs/interventions.md).</summary>
internal sealed class SubscriptionBacklog(IInterventionOutbox outbox, SubscriptionHub hub, TimeProvider time)
{
    private const int PageEntries = 256;

    /// <summary>
    /// How far before its position a client may have had another target of an intervention that comes after it. Targets of one
    /// intervention stand together but for crashes in between.
    /// </summary>
    private const int SiblingReach = 10_000;

    /// <summary>Older messages are not repeated, however long they are kept; an hour, and some time to come back in.</summary>
    private static readonly TimeSpan MaxAge = IInterventionOutbox.Retention + TimeSpan.FromMinutes(5);

    /// <summary>
    /// (1) Notes what the client has had, (2) writes what came after it up to now, (3) lets the subscription listen, (4) writes
    /// what came until then. What comes later waits in the subscription. Gives the position it listens from; null when the client
    /// has left.
    /// </summary>
    public async ValueTask<long?> WriteAsync(
        Subscription subscription, long position, SubscriptionMetrics metrics, CancellationToken cancellationToken)
    {
        InterventionTarget[] targets = [.. subscription.Keys.Select(key => key.ToTarget())];
        long? listensFrom = null;
        for (var after = Math.Max(0, position - SiblingReach); ;)
        {
            var page = await outbox.ReadForTargetsAsync(targets, after, PageEntries, cancellationToken);
            if (!await WritePageAsync(subscription, page, position, listensFrom ?? long.MaxValue, metrics))
                return null;
            after = page.Count > 0 ? page[^1].Sequence : after;
            if (page.Count == PageEntries && after < (listensFrom ?? long.MaxValue))
                continue;
            if (listensFrom is not null)
                return listensFrom;
            listensFrom = hub.Listen(subscription);
        }
    }

    private async ValueTask<bool> WritePageAsync(
        Subscription subscription, IReadOnlyList<OutboxEntry> page, long position, long until, SubscriptionMetrics metrics)
    {
        var now = time.GetUtcNow();
        foreach (var entry in page)
        {
            if (entry.Sequence > until || !SubscriptionHub.IsDeliverable(entry.Message, now))
                continue;
            var isNew = subscription.Remember(entry.Message.InterventionId);
            if (!isNew || entry.Sequence <= position || now - entry.Message.DecidedAt > MaxAge)
                continue;
            if (!await subscription.WriteAsync(EventStreamFrame.Message(entry)))
                return false;
            metrics.Written(1);
        }
        return true;
    }
}
