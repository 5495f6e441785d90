using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Tells the senders of pushes, in this process and in others, what became of their messages.</summary>
internal sealed partial class DeliveryReceipts(
    IInterventionOutbox outbox, HubPresence presence, TimeProvider time, ILogger<DeliveryReceipts> log)
{
    /// <summary>After this a message that still waits for its readers counts as not delivered, until one takes it.</summary>
    private static readonly TimeSpan ReaderTime = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<Guid, LocalOutcome> _expected = new();

    /// <summary>Begins to listen for what this process makes of a message; before it is appended.</summary>
    public LocalOutcome Expect(Guid interventionId) => _expected[interventionId] = new LocalOutcome();

    /// <summary>Ends it.</summary>
    public void Forget(Guid interventionId) => _expected.TryRemove(interventionId, out _);

    /// <summary>Reports a message once it is known what became of it.</summary>
    public async Task ReportAsync(WatchedMessage watched, CancellationToken cancellationToken)
    {
        var outcome = watched.Watch.Outcome;
        try
        {
            await Task.WhenAny(outcome, Task.Delay(ReaderTime, time, cancellationToken));
            await ReportAsync(watched.Message, outcome.IsCompletedSuccessfully && outcome.Result, cancellationToken);
            if (!outcome.IsCompleted && await outcome.WaitAsync(cancellationToken))
                await ReportAsync(watched.Message, delivered: true, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ReceiptFailed(log, exception, watched.Message.InterventionId);
        }
        catch (OperationCanceledException)
        {
            // The process stops, and with it whoever might have asked here.
        }
    }

    private async ValueTask ReportAsync(InterventionMessage message, bool delivered, CancellationToken cancellationToken)
    {
        if (_expected.TryGetValue(message.InterventionId, out var expected))
            expected.Report(delivered);
        // Nobody waits for a hub that has not announced itself.
        if (delivered || presence.IsAnnounced)
            await outbox.SaveReceiptsAsync([new DeliveryReceipt(message.InterventionId, message.Target, presence.Name, delivered)], cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery of intervention {InterventionId} could not be reported.")]
    private static partial void ReceiptFailed(ILogger log, Exception exception, Guid interventionId);
}

/// <summary>What this process makes of the targets of one push.</summary>
internal sealed class LocalOutcome
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reported;
    private int _expected = int.MaxValue;

    /// <summary>Whether one target was delivered; known as soon as one was, or when all expected ones were not.</summary>
    public Task<bool> Outcome => _outcome.Task;

    /// <summary>How many targets there are to hear of.</summary>
    public void Expect(int targets)
    {
        lock (_gate)
            _expected = targets;
        Decide(delivered: false);
    }

    /// <summary>One target is done.</summary>
    public void Report(bool delivered)
    {
        lock (_gate)
            _reported++;
        Decide(delivered);
    }

    private void Decide(bool delivered)
    {
        lock (_gate)
        {
            if (delivered)
                _outcome.TrySetResult(true);
            else if (_reported >= _expected)
                _outcome.TrySetResult(false);
        }
    }
}
