using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Gives a client that comes back what it missed, without gap and without repetition (docs/interventions.md).</summary>
internal sealed class SubscriptionBacklog(IInterventionOutbox outbox, SubscriptionHub hub, SubscriptionMetrics metrics, TimeProvider time)
{
    private const int PageEntries = 256;

    /// <summary>
    /// How far before its position a client may have had another target of an intervention that comes after it. Targets of one
    /// intervention stand together but for crashes in between.
    /// </summary>
    private const int SiblingReach = 2_000;

    /// <summary>Older messages are not repeated, however long they are kept; an hour, and some time to come back in.</summary>
    private static readonly TimeSpan MaxAge = IInterventionOutbox.Retention + TimeSpan.FromMinutes(5);

    /// <summary>
    /// (1) Notes what the client has had up to its position, and writes what the outbox has after it, (2) lets the subscription
    /// listen to what comes later, (3) writes what came in between. Gives the position that the client has now; null when it has
    /// left.
    /// </summary>
    public async ValueTask<long?> WriteAsync(Subscription subscription, long position, CancellationToken cancellationToken)
    {
        // A position beyond the end comes from another outbox and says nothing about this one.
        if (position > await outbox.ReadEndAsync(cancellationToken))
            return hub.Listen(subscription);

        InterventionTarget[] targets = [.. subscription.Keys.Select(key => key.ToTarget())];
        var begin = Math.Max(0, position - SiblingReach);
        if (await WriteAsync(subscription, targets, begin, position, long.MaxValue, cancellationToken) is not { } written)
            return null;
        // The hub may not have come as far as the outbox, or as the hub that the client was at before.
        subscription.Skip(Math.Max(written, position));
        var listensFrom = hub.Listen(subscription);
        if (await WriteAsync(subscription, targets, written, position, listensFrom, cancellationToken) is null)
            return null;
        return Math.Max(listensFrom, Math.Max(written, position));
    }

    /// <summary>Writes the entries after a sequence number up to another, and gives the last one of them; null when the client has left.</summary>
    private async ValueTask<long?> WriteAsync(
        Subscription subscription, InterventionTarget[] targets, long after, long position, long until, CancellationToken cancellationToken)
    {
        while (after < until)
        {
            var page = await outbox.ReadForTargetsAsync(targets, after, PageEntries, cancellationToken);
            foreach (var entry in page)
            {
                if (entry.Sequence <= until && IsMissing(subscription, entry, position) && !await WriteAsync(subscription, entry))
                    return null;
            }
            after = page.Count > 0 ? page[^1].Sequence : after;
            if (page.Count < PageEntries)
                break;
        }
        return after;
    }

    private bool IsMissing(Subscription subscription, OutboxEntry entry, long position)
    {
        var now = time.GetUtcNow();
        return SubscriptionHub.IsDeliverable(entry.Message, now)
            && subscription.Remember(entry.Message.InterventionId)
            && entry.Sequence > position
            && now - entry.Message.DecidedAt <= MaxAge;
    }

    private async ValueTask<bool> WriteAsync(Subscription subscription, OutboxEntry entry)
    {
        var written = await subscription.WriteAsync(EventStreamFrame.Message(entry));
        if (written)
            metrics.Written(1);
        return written;
    }
}
