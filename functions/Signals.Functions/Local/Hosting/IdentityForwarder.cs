using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Functions.Local.Hosting;

/// <summary>
/// Carries events from the log of enriched events to that of resolved ones, in one step with the checkpoint: every event is resolved into
/// the log exactly once.
/// </summary>
internal sealed class IdentityForwarder(IEventLog log, IdentityStage stage) : IMergeEventSink
{
    private static readonly int Resolved = LogPartitions.Resolved(0);

    /// <summary>Whether events of a partition have to be resolved before they are aggregated.</summary>
    public bool Takes(int partition) => partition == LogPartitions.Enriched(0) && stage.IsActive;

    /// <summary>Resolves a batch and forwards it. False when somebody else has forwarded some of it: read on from the checkpoint.</summary>
    public async ValueTask<bool> TryForwardAsync(IReadOnlyList<LogRecord> batch, long after, CancellationToken cancellationToken)
    {
        var chunk = new ResolvedChunk();
        var merges = await stage.ResolveAsync(batch, chunk, cancellationToken);
        var position = batch[^1].Position;
        if (!await log.TryForwardAsync(position.Partition, after, position.Sequence, Resolved, chunk.ToChunk(), cancellationToken))
            return false;
        await stage.MarkPublishedAsync(merges, cancellationToken);
        return true;
    }

    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<MergeEvent> merges, CancellationToken cancellationToken)
    {
        var chunk = new LogChunkBuilder();
        foreach (var merge in merges)
            chunk.Add(LogRecordKind.EnrichedLine, MergeEventLine.ToBytes(merge));
        await log.AppendAsync(Resolved, chunk.ToChunk(), cancellationToken);
    }

    /// <summary>Collects the records of a batch.</summary>
    private sealed class ResolvedChunk : IResolvedEvents
    {
        private readonly LogChunkBuilder _chunk = new();

        public void Add(LogRecordKind kind, ReadOnlySpan<byte> payload, SnowplowId person) => _chunk.Add(kind, payload);

        public LogChunk ToChunk() => _chunk.ToChunk();
    }
}
