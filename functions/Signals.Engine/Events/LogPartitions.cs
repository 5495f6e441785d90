namespace Signals.Engine.Events;

/// <summary>
/// Numbers of log partitions. Profiles remember by partition number how far they are, so the number of a partition is never used
/// for another one: not for a partition of the other log, and not for one of a log that was made anew and counts from zero again.
/// </summary>
public static class LogPartitions
{
    /// <summary>Most partitions of one log; as many as an event hub can have.</summary>
    public const int MaxPartitions = 1024;

    /// <summary>Highest epoch.</summary>
    public const int MaxEpoch = 100_000;

    private const int LogsPerEpoch = 4;

    /// <summary>A partition of the log of enriched events.</summary>
    /// <param name="partition">Its number in the log, 0 to 1023.</param>
    /// <param name="epoch">How often the log has been made anew, 0 to 100000.</param>
    public static int Enriched(int partition, int epoch = 0) => Number(0, partition, epoch);

    /// <summary>A partition of the log of events with Snowplow IDs, which Identities writes.</summary>
    /// <param name="partition">Its number in the log, 0 to 1023.</param>
    /// <param name="epoch">How often the log has been made anew, 0 to 100000.</param>
    public static int Resolved(int partition, int epoch = 0) => Number(1, partition, epoch);

    /// <summary>A partition of the log of events that wait for the identity graph; only bad rows of it need a number.</summary>
    /// <param name="partition">Its number in the log, 0 to 1023.</param>
    /// <param name="epoch">How often the log has been made anew, 0 to 100000.</param>
    public static int Deferred(int partition, int epoch = 0) => Number(2, partition, epoch);

    /// <summary>Whether a partition is one of the log of resolved events: what it says about identities comes from the resolver.</summary>
    public static bool IsResolved(int number) => number / MaxPartitions % LogsPerEpoch == 1;

    private static int Number(int log, int partition, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)MaxPartitions, nameof(partition));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)epoch, (uint)MaxEpoch, nameof(epoch));
        return (epoch * LogsPerEpoch + log) * MaxPartitions + partition;
    }
}
