using System.Buffers;
using System.IO.Pipelines;

namespace Signals.Api.Interventions;

/// <summary>
/// One open event stream. Messages are offered by the hub and wait in a bounded queue; the request that holds the stream
/// writes them. An idle one is a few hundred bytes: no timer, no buffer, no remembered ids before the first message.
/// </summary>
internal sealed class Subscription(
    IReadOnlyList<SubscriptionKey> keys, PipeWriter stream, Action abort, SubscriptionOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private List<OfferedMessage>? _waiting;
    private RecentInterventions? _recent;
    private TaskCompletionSource? _wake;
    private SubscriptionEnd? _end;
    private int _waitingBytes;
    private long _skipThrough;
    private long _writingSince;

    /// <summary>What it listens to.</summary>
    public IReadOnlyList<SubscriptionKey> Keys => keys;

    /// <summary>Its place in the hub's list of open ones; kept by the hub.</summary>
    public int Place { get; set; } = -1;

    /// <summary>
    /// Puts a message into the queue, unless this subscription has had its intervention. A reader who is too far behind is cut
    /// off instead: others never wait for it.
    /// </summary>
    public void Offer(in OfferedMessage message)
    {
        lock (_gate)
        {
            if (_end is not null || message.Sequence <= _skipThrough || !(_recent ??= new()).Add(message.InterventionId))
                return;
            message.Watch?.Offered();
            Enqueue(message);
            if (_waiting!.Count <= options.MaxWaitingMessages && (_waitingBytes <= options.MaxWaitingBytes || _waiting.Count == 1))
                return;
        }
        End(SubscriptionEnd.SlowReader);
    }

    /// <summary>Notes an intervention that goes to the client by another way, or went on an earlier connection. False when it was noted before.</summary>
    public bool Remember(Guid interventionId)
    {
        lock (_gate)
            return (_recent ??= new()).Add(interventionId);
    }

    /// <summary>Ignores what is offered up to a place in the outbox: the client has had it, or gets it by another way.</summary>
    public void Skip(long throughSequence)
    {
        lock (_gate)
            _skipThrough = throughSequence;
    }

    /// <summary>Has a keep-alive comment written if nothing is on its way, and cuts a reader off who has taken nothing for too long.</summary>
    public void KeepAlive()
    {
        lock (_gate)
        {
            if (_end is null && _writingSince == 0 && _waiting is null)
                Enqueue(OfferedMessage.KeepAlive);
            if (_writingSince == 0 || time.GetElapsedTime(_writingSince) < options.MaxStall)
                return;
        }
        End(SubscriptionEnd.SlowReader);
    }

    /// <summary>
    /// Ends it, and gives the reason in force, which is the first. What is on its way to the client still gets there, unless it
    /// reads too slowly.
    /// </summary>
    public SubscriptionEnd End(SubscriptionEnd reason)
    {
        lock (_gate)
        {
            if (_end is { } first)
                return first;
            _end = reason;
            Miss(_waiting);
            _waiting = null;
            Wake();
        }
        if (reason == SubscriptionEnd.SlowReader)
            abort();
        return reason;
    }

    /// <summary>Writes bytes at once. Only before <see cref="WriteUntilEndAsync"/>.</summary>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        stream.Write(bytes.Span);
        return FlushAsync();
    }

    /// <summary>Writes what is offered until the subscription ends.</summary>
    public async Task WriteUntilEndAsync(SubscriptionMetrics metrics)
    {
        while (await NextAsync() is { } batch)
        {
            foreach (var message in batch)
                stream.Write(message.Bytes.Span);
            if (!await TryFlushAsync(batch))
                return;
            foreach (var message in batch)
                message.Watch?.Written();
            metrics.Written(batch.Count(message => !message.IsKeepAlive));
        }
    }

    /// <summary>Waits until there is something to write, and takes it; null at the end.</summary>
    private async ValueTask<List<OfferedMessage>?> NextAsync()
    {
        while (true)
        {
            Task wake;
            lock (_gate)
            {
                if (_end is not null)
                    return null;
                if (_waiting is { } waiting)
                {
                    (_waiting, _waitingBytes) = (null, 0);
                    return waiting;
                }
                wake = (_wake = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await wake;
        }
    }

    private async ValueTask<bool> TryFlushAsync(List<OfferedMessage> batch)
    {
        var flushed = false;
        try
        {
            return flushed = await FlushAsync();
        }
        finally
        {
            if (!flushed)
                Miss(batch);
        }
    }

    /// <summary>Hands what was written to the connection; waits while the client takes nothing. False when it is gone.</summary>
    private async ValueTask<bool> FlushAsync()
    {
        lock (_gate)
            _writingSince = Math.Max(1, time.GetTimestamp());
        var result = await stream.FlushAsync();
        lock (_gate)
            _writingSince = 0;
        return !result.IsCompleted && !result.IsCanceled;
    }

    private void Enqueue(in OfferedMessage message)
    {
        (_waiting ??= new(1)).Add(message);
        _waitingBytes += message.Bytes.Length;
        Wake();
    }

    private void Wake()
    {
        _wake?.TrySetResult();
        _wake = null;
    }

    private static void Miss(List<OfferedMessage>? messages)
    {
        foreach (var message in messages ?? [])
            message.Watch?.Missed();
    }
}
