namespace Signals.Api.Interventions;

/// <summary>Follows one message to the subscriptions that it was offered to, until one has got it or all have failed to.</summary>
internal sealed class DeliveryWatch
{
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One is held by whoever offers, so that an early failure does not decide before all have been offered.
    private int _undecided = 1;

    /// <summary>Whether at least one subscription got the message.</summary>
    public Task<bool> Outcome => _outcome.Task;

    /// <summary>The message is on its way to one more subscription.</summary>
    public void Offered() => Interlocked.Increment(ref _undecided);

    /// <summary>It has been written to one.</summary>
    public void Written() => _outcome.TrySetResult(true);

    /// <summary>One will not get it, or the offering is over.</summary>
    public void Missed()
    {
        if (Interlocked.Decrement(ref _undecided) == 0)
            _outcome.TrySetResult(false);
    }
}
