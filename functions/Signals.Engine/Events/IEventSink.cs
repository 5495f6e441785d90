namespace Signals.Engine.Events;

/// <summary>The way into the log of enriched events, whatever the log is kept in.</summary>
public interface IEventSink
{
    /// <summary>
    /// Takes the records of a chunk; returns once all are durable. The sink chooses the partitions: records of one person keep their
    /// order, within the chunk and from one call to the next that begins after it. When it fails, a part may have been taken; the
    /// sender sends all of it again.
    /// </summary>
    ValueTask AppendAsync(LogChunk chunk, CancellationToken cancellationToken);

    /// <summary>Looks whether the log would take records now, at little cost; it throws what an append would throw when it would not.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}
