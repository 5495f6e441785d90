namespace Signals.Engine.Events;

/// <summary>
/// Decides which of several processes on one store reads a partition of the event log. An instance stands for one owner.
/// Correctness does not hang on it (profiles are written under optimistic concurrency): it saves the work of racing.
/// </summary>
public interface IPartitionLease
{
    /// <summary>
    /// Takes the lease of a partition when it is free, has run out or belonged to a process that is gone, and renews it when
    /// this owner holds it. False while somebody else holds it.
    /// </summary>
    /// <param name="partition">Partition number, from 0.</param>
    /// <param name="duration">How long it is held from now on, unless renewed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<bool> TryHoldAsync(int partition, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back, so that another owner can take it at once. Does nothing when this owner does not hold it.</summary>
    ValueTask ReleaseAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Who holds the lease, in words for people; null when nobody does.</summary>
    ValueTask<string?> ReadHolderAsync(int partition, CancellationToken cancellationToken);
}
