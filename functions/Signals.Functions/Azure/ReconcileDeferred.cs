using Microsoft.Azure.Functions.Worker;
using Signals.Engine.Events;
using Signals.Functions.Cloud;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Azure;

/// <summary>Replays events that got a fallback id while the identity graph was away.</summary>
/// <param name="trigger">Brings batches into the graph.</param>
/// <param name="settings">Which hub it is.</param>
public sealed class ReconcileDeferred(ReconciliationTrigger trigger, CloudSettings settings)
{
    /// <summary>Takes a batch; what is said of <see cref="AggregateAttributes"/> about failures and the checkpoint holds here too.</summary>
    [Function("ReconcileDeferred")]
    [ExponentialBackoffRetry(-1, "00:00:05", "00:05:00")]
    public Task RunAsync(
        [EventHubTrigger(CloudSettings.DeferredHubReference, Connection = CloudSettings.HubConnection, ConsumerGroup = CloudSettings.ConsumerGroupReference)] byte[][] events,
        FunctionContext context) =>
        trigger.RunAsync(HubBatch.ToRecords(context.BindingContext.BindingData, events, partition => LogPartitions.Deferred(partition, settings.HubEpoch)), context.CancellationToken);
}
