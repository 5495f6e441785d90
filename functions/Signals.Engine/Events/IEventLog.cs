namespace Signals.Engine.Events;

/// <summary>
/// The log of enriched events for those who read it: partitions of records in order, and how far the streaming engine has come in each.
/// Whoever only brings events in uses <see cref="IEventSink"/>.
/// </summary>
public interface IEventLog
{
    /// <summary>The numbers of its partitions (<see cref="LogPartitions"/>).</summary>
    IReadOnlyList<int> Partitions { get; }

    /// <summary>Appends the records of a chunk, in order and together. Returns once they are durable.</summary>
    ValueTask AppendAsync(int partition, LogChunk chunk, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the records after a sequence number, in order: at most <paramref name="maxRecords"/>, and fewer when they
    /// exceed <paramref name="maxBytes"/> together (but at least one). Empty when there is none. The payloads stay valid
    /// as long as the returned list is referenced; a list that is <see cref="IDisposable"/> may, and need not, be disposed of
    /// once nothing refers to its payloads any more.
    /// </summary>
    ValueTask<IReadOnlyList<LogRecord>> ReadAsync(
        int partition, long afterSequence, int maxRecords, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Returns as soon as a record after the sequence number exists, also when another process appended it.</summary>
    ValueTask WaitAsync(int partition, long afterSequence, CancellationToken cancellationToken);

    /// <summary>Sequence number of the newest record of a partition; -1 when it never had one.</summary>
    ValueTask<long> ReadEndAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Sequence number up to which the streaming engine has finished; -1 when it never started.</summary>
    ValueTask<long> ReadCheckpointAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Moves the checkpoint; it never moves back.</summary>
    ValueTask SaveCheckpointAsync(int partition, long sequence, CancellationToken cancellationToken);

    /// <summary>
    /// Appends to one partition what was made of records of another, and moves the checkpoint of that other past them: both, or neither.
    /// False, having done nothing, when the checkpoint is not where these records begin: somebody else has forwarded them.
    /// </summary>
    /// <param name="from">The partition of the records.</param>
    /// <param name="after">Sequence number before the first of them.</param>
    /// <param name="through">Sequence number of the last of them.</param>
    /// <param name="to">The partition to append to.</param>
    /// <param name="chunk">What was made of them.</param>
    /// <param name="cancellationToken">Ends the wait; it may be done nevertheless.</param>
    ValueTask<bool> TryForwardAsync(int from, long after, long through, int to, LogChunk chunk, CancellationToken cancellationToken);
}
