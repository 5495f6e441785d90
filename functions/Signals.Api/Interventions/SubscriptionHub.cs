using System.Runtime.InteropServices;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>A message whose sender waits to hear, and what follows it.</summary>
internal readonly record struct WatchedMessage(InterventionMessage Message, DeliveryWatch Watch);

/// <summary>
/// The open subscriptions of this process, found by what they listen to. Gives them the entries of the outbox in order; nothing
/// in here waits for a subscriber.
/// </summary>
internal sealed class SubscriptionHub(TimeProvider time)
{
    /// <summary>Keep-alive comments go out in as many parts, so that thousands of streams do not wake at once.</summary>
    public const int KeepAliveParts = 15;

    private readonly Lock _gate = new();
    private readonly Dictionary<SubscriptionKey, Subscription[]> _listeners = [];
    private readonly List<Subscription?> _open = [];
    private readonly Stack<int> _free = [];
    private readonly List<(OutboxEntry Entry, Subscription[] Listeners)> _addressed = [];
    private long _position;
    private bool _stopped;

    /// <summary>Sequence number of the last entry that was given out.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
                return _position;
        }
    }

    /// <summary>Number of open subscriptions.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _open.Count - _free.Count;
        }
    }

    /// <summary>Begins after an entry; called once, before the first subscription.</summary>
    public void StartAt(long position)
    {
        lock (_gate)
            _position = position;
    }

    /// <summary>Takes a subscription in: from now on it is kept alive and ended with the process.</summary>
    public void Open(Subscription subscription)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var place))
            {
                place = _open.Count;
                _open.Add(null);
            }
            _open[subscription.Place = place] = subscription;
            if (!_stopped)
                return;
        }
        subscription.End(SubscriptionEnd.Shutdown);
    }

    /// <summary>Lets a subscription have every entry after the sequence number that is given back, and none before.</summary>
    public long Listen(Subscription subscription)
    {
        lock (_gate)
        {
            foreach (var key in subscription.Keys)
            {
                ref var listeners = ref CollectionsMarshal.GetValueRefOrAddDefault(_listeners, key, out _);
                listeners = [.. listeners ?? [], subscription];
            }
            return _position;
        }
    }

    /// <summary>Takes a subscription out.</summary>
    public void Close(Subscription subscription)
    {
        lock (_gate)
        {
            foreach (var key in subscription.Keys)
            {
                if (!_listeners.TryGetValue(key, out var listeners))
                    continue;
                var rest = Array.FindAll(listeners, listener => listener != subscription);
                if (rest.Length == 0)
                    _listeners.Remove(key);
                else
                    _listeners[key] = rest;
            }
            _open[subscription.Place] = null;
            _free.Push(subscription.Place);
        }
    }

    /// <summary>
    /// Gives entries to those who listen to their targets, without those that are held out or have expired. Called by one thread.
    /// Says which messages have senders who wait to hear.
    /// </summary>
    public List<WatchedMessage> Dispatch(IReadOnlyList<OutboxEntry> entries)
    {
        var watched = new List<WatchedMessage>();
        var now = time.GetUtcNow();
        for (var first = 0; first < entries.Count;)
        {
            var next = EndOfSiblings(entries, first);
            Address(entries, first, next);
            foreach (var (entry, listeners) in _addressed)
                Offer(entry, IsDeliverable(entry.Message, now) ? listeners : [], watched);
            first = next;
        }
        return watched;
    }

    /// <summary>Has every subscription of one part kept alive.</summary>
    public void KeepAlive(int part)
    {
        for (var place = part; Find(place, out var subscription); place += KeepAliveParts)
            subscription?.KeepAlive();
    }

    /// <summary>Ends all subscriptions, those to come included.</summary>
    public void Stop()
    {
        lock (_gate)
            _stopped = true;
        for (var place = 0; Find(place, out var subscription); place++)
            subscription?.End(SubscriptionEnd.Shutdown);
    }

    /// <summary>Whether a message goes out at all (docs/interventions.md).</summary>
    public static bool IsDeliverable(InterventionMessage message, DateTimeOffset now) =>
        message.Decision == InterventionDecision.Deliver && !(message.ExpiresAt <= now);

    /// <summary>Index after the entries that stand together and carry one intervention id.</summary>
    public static int EndOfSiblings(IReadOnlyList<OutboxEntry> entries, int first)
    {
        var next = first + 1;
        while (next < entries.Count && entries[next].Message.InterventionId == entries[first].Message.InterventionId)
            next++;
        return next;
    }

    /// <summary>
    /// Finds the listeners of siblings in one step with moving on: who begins to listen at a position has had either all targets
    /// of an intervention before it, or none.
    /// </summary>
    private void Address(IReadOnlyList<OutboxEntry> entries, int first, int next)
    {
        _addressed.Clear();
        lock (_gate)
        {
            for (var i = first; i < next; i++)
            {
                var listeners = SubscriptionKey.TryFrom(entries[i].Message.Target, out var key) ? _listeners.GetValueOrDefault(key) : null;
                if (listeners is not null || entries[i].Message.WantsReceipt)
                    _addressed.Add((entries[i], listeners ?? []));
            }
            _position = entries[next - 1].Sequence;
        }
    }

    private static void Offer(OutboxEntry entry, Subscription[] listeners, List<WatchedMessage> watched)
    {
        var watch = entry.Message.WantsReceipt ? new DeliveryWatch() : null;
        if (listeners.Length > 0)
        {
            var message = new OfferedMessage(entry.Sequence, entry.Message.InterventionId, EventStreamFrame.Message(entry), watch);
            foreach (var listener in listeners)
                listener.Offer(message);
        }
        if (watch is null)
            return;
        watch.Missed();
        watched.Add(new WatchedMessage(entry.Message, watch));
    }

    private bool Find(int place, out Subscription? subscription)
    {
        lock (_gate)
        {
            var exists = place < _open.Count;
            subscription = exists ? _open[place] : null;
            return exists;
        }
    }
}
