using Microsoft.Azure.Functions.Worker;
using Signals.Engine.Events;
using Signals.Functions.Cloud;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Azure;

/// <summary>Gives enriched events their identity: one batch of one partition of the hub at a time, in order.</summary>
/// <param name="trigger">Brings batches through identity resolution.</param>
/// <param name="settings">Which hub it is.</param>
public sealed class ResolveIdentities(ResolutionTrigger trigger, CloudSettings settings)
{
    /// <summary>Takes a batch; what is said of <see cref="AggregateAttributes"/> about failures and the checkpoint holds here too.</summary>
    [Function("ResolveIdentities")]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public Task RunAsync(
        [EventHubTrigger(CloudSettings.EnrichedHubReference, Connection = CloudSettings.HubConnection, ConsumerGroup = CloudSettings.ConsumerGroupReference)] byte[][] events,
        FunctionContext context) => settings.ResolvesIdentities
            ? trigger.RunAsync(
                HubBatch.ToRecords(context.BindingContext.BindingData, events, partition => LogPartitions.Enriched(partition, settings.HubEpoch)), context.CancellationToken)
            : throw new InvalidOperationException(
                "AggregatedHub is EnrichedHub, so nobody reads resolved events. Disable the function ResolveIdentities, or let AggregatedHub be the hub of resolved events.");
}
