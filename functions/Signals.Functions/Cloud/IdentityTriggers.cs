using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Cloud;

/// <summary>Brings batches of enriched events through identity resolution into the hub of resolved events.</summary>
public sealed class ResolutionTrigger : BatchTrigger
{
    internal ResolutionTrigger(
        IdentityHubs hubs, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time, StreamingTriggerOptions options, ILogger<ResolutionTrigger> log)
        : base("identities", hubs.ResolveAsync, badRows, metrics, time, options, log)
    {
    }
}

/// <summary>Brings batches of events with fallback ids into the identity graph (spec identities, 9.4).</summary>
/// <param name="upkeep">Replays them.</param>
/// <param name="badRows">Where messages go that cannot be read.</param>
/// <param name="metrics">Where they are counted.</param>
/// <param name="time">Clock.</param>
/// <param name="options">Bounds.</param>
/// <param name="log">Where failures are told.</param>
public sealed class ReconciliationTrigger(
    IdentityUpkeep upkeep, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time, StreamingTriggerOptions options, ILogger<ReconciliationTrigger> log)
    : BatchTrigger("reconciliation", (batch, cancellationToken) => ReplayAsync(upkeep, batch, cancellationToken), badRows, metrics, time, options, log)
{
    private static async ValueTask<BatchResult> ReplayAsync(IdentityUpkeep upkeep, IReadOnlyList<LogRecord> batch, CancellationToken cancellationToken)
    {
        var events = new List<DeferredEvent>(batch.Count);
        foreach (var record in batch)
            events.Add(DeferredEventJson.TryRead(record.Payload, out var deferred)
                ? deferred
                : throw new InvalidDataException($"Message {record.Position.Sequence} of the deferred hub is none of a deferred event."));
        await upkeep.ReplayAsync(events, cancellationToken);
        return default;
    }
}
