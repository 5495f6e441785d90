using Microsoft.Azure.Functions.Worker;
using Signals.Functions.Cloud;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Azure;

/// <summary>Keeps the profiles up to date: one batch of one partition of the hub at a time, in order.</summary>
/// <param name="trigger">Brings batches through the engine.</param>
/// <param name="settings">Which hub it is.</param>
public sealed class AggregateAttributes(StreamingTrigger trigger, CloudSettings settings)
{
    /// <summary>
    /// Takes a batch. The extension moves its checkpoint when this returns and when it throws, but not when the call was cancelled because
    /// the listener stops or the partition belongs to another instance. So a batch that is not finished ends with an exception, and
    /// the retry policy, which never gives up, delivers it again before the checkpoint moves.
    /// </summary>
    [Function("AggregateAttributes")]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public Task RunAsync(
        [EventHubTrigger(CloudSettings.HubReference, Connection = CloudSettings.HubConnection, ConsumerGroup = CloudSettings.ConsumerGroupReference)] byte[][] events,
        FunctionContext context) =>
        trigger.RunAsync(HubBatch.ToRecords(context.BindingContext.BindingData, events, settings.NumberOf), context.CancellationToken);
}
