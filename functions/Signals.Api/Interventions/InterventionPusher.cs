using Microsoft.Extensions.Logging;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>What became of a push (spec signals-api 11.4).</summary>
internal enum PushStatus
{
    /// <summary>At least one subscription got it.</summary>
    Success,

    /// <summary>Nobody is subscribed.</summary>
    Undelivered,

    /// <summary>It is not known, or could not be sent.</summary>
    Failure,
}

/// <summary>Sends an intervention to its targets and says truthfully what became of it, wherever the subscriptions are held.</summary>
internal sealed partial class InterventionPusher(
    IInterventionOutbox outbox, DeliveryReceipts receipts, HubPresence presence, TimeProvider time, ILogger<InterventionPusher> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The answer mostly comes at once; a store far away is not asked a hundred times per second for one that does not.</summary>
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(80);

    /// <summary>Name of a status on the wire.</summary>
    public static string NameOf(PushStatus status) => status switch
    {
        PushStatus.Success => "success",
        PushStatus.Undelivered => "undelivered",
        _ => "failure",
    };

    /// <summary>Sends the messages, one per target and all with one id; returns as soon as the answer is known.</summary>
    public async Task<PushStatus> PushAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken)
    {
        var id = messages[0].InterventionId;
        var local = receipts.Expect(id);
        try
        {
            var others = await OtherHubsAsync(cancellationToken);
            var added = await outbox.AppendAsync(messages, cancellationToken);
            if (added == 0)
                return await IsDeliveredAsync(id, cancellationToken) ? PushStatus.Success : PushStatus.Undelivered;
            local.Expect(added);
            return await AwaitOutcomeAsync(id, added, local.Outcome, others, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            PushFailed(log, exception, messages[0].Name, id);
            return PushStatus.Failure;
        }
        finally
        {
            receipts.Forget(id);
        }
    }

    /// <summary>Waits for this process and for those hubs that were there before the message was, as long as they are.</summary>
    private async Task<PushStatus> AwaitOutcomeAsync(
        Guid id, int targets, Task<bool> local, IReadOnlyList<string> others, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var poll = FirstPoll;
        while (time.GetElapsedTime(began) < Patience)
        {
            if (local.IsCompleted && await local)
                return PushStatus.Success;
            if (others.Count > 0)
                others = [.. others.Intersect(await OtherHubsAsync(cancellationToken))];
            var answers = await outbox.ReadReceiptsAsync(id, cancellationToken);
            if (answers.Any(receipt => receipt.Delivered))
                return PushStatus.Success;
            // The outcome may have become known since it was asked for above.
            if (local.IsCompleted && !await local && others.All(hub => answers.Count(receipt => receipt.Hub == hub) >= targets))
                return PushStatus.Undelivered;
            var pause = Task.Delay(poll, time, cancellationToken);
            await (local.IsCompleted ? pause : Task.WhenAny(local, pause));
            poll = poll * 2 < LongestPoll ? poll * 2 : LongestPoll;
        }
        return PushStatus.Failure;
    }

    private async ValueTask<IReadOnlyList<string>> OtherHubsAsync(CancellationToken cancellationToken) =>
        [.. (await outbox.ReadHubsAsync(cancellationToken)).Where(hub => hub != presence.Name)];

    private async ValueTask<bool> IsDeliveredAsync(Guid id, CancellationToken cancellationToken) =>
        (await outbox.ReadReceiptsAsync(id, cancellationToken)).Any(receipt => receipt.Delivered);

    [LoggerMessage(Level = LogLevel.Error, Message = "Intervention {Name} ({InterventionId}) could not be pushed.")]
    private static partial void PushFailed(ILogger log, Exception exception, string name, Guid interventionId);
}
