using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Functions.EventHubs;

/// <summary>
/// The hubs behind Identities: resolved events and merge events go into one, events with fallback ids wait in the other. Events are
/// delivered at least once; who reads the resolved hub recognises repetitions by their event ids.
/// </summary>
/// <param name="stage">Resolves batches.</param>
/// <param name="resolved">Sends to the hub of resolved events.</param>
/// <param name="partitions">Number of its partitions.</param>
/// <param name="time">Clock.</param>
internal sealed class IdentityHubs(IdentityStage stage, HubProducer resolved, int partitions, TimeProvider time) : IMergeEventSink
{
    /// <summary>Resolves a batch and sends what comes of it; when it returns, all of it is durable. Repeating it is safe.</summary>
    /// <exception cref="StoreUnavailableException">The graph, the queue of deferred events or the hub does not answer.</exception>
    public async ValueTask<BatchResult> ResolveAsync(IReadOnlyList<LogRecord> batch, CancellationToken cancellationToken)
    {
        var output = new Output(new HubLanes(resolved, partitions, time), partitions, time);
        var merges = await stage.ResolveAsync(batch, output, cancellationToken);
        await output.Lanes.SendAsync(cancellationToken);
        await stage.MarkPublishedAsync(merges, cancellationToken);
        return default;
    }

    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<MergeEvent> merges, CancellationToken cancellationToken)
    {
        var lanes = new HubLanes(resolved, partitions, time);
        foreach (var merge in merges)
            lanes.Add(merge.Id, new HubEvent(MergeEventLine.ToBytes(merge)));
        await lanes.SendAsync(cancellationToken);
    }

    /// <summary>Puts resolved records into the lane of their person.</summary>
    private sealed class Output(HubLanes lanes, int partitions, TimeProvider time) : IResolvedEvents
    {
        private readonly int[] _ends = new int[AtomicColumns.Count];

        public HubLanes Lanes => lanes;

        public void Add(LogRecordKind kind, ReadOnlySpan<byte> payload, SnowplowId person)
        {
            var record = new LogRecord(default, kind, payload.ToArray());
            var next = HubEvent.Of(record, time.GetUtcNow());
            if (person.IsNone)
                lanes.Add(PersonPartition.Of(record, _ends, partitions), next);
            else
                lanes.Add(person, next);
        }
    }
}

/// <summary>The hub in which events with fallback ids wait for the identity graph.</summary>
/// <param name="deferred">Sends to it.</param>
/// <param name="partitions">Number of its partitions.</param>
/// <param name="time">Clock.</param>
internal sealed class DeferredHub(HubProducer deferred, int partitions, TimeProvider time) : IDeferredEvents
{
    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken)
    {
        var lanes = new HubLanes(deferred, partitions, time);
        foreach (var waiting in events)
            lanes.Add(waiting.Request.FallbackId, new HubEvent(DeferredEventJson.ToBytes(waiting)));
        await lanes.SendAsync(cancellationToken);
    }
}
