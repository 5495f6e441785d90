using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>Chooses the partition for the records of one person.</summary>
internal static class PersonPartition
{
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;
    private const int MostBytes = 512;

    /// <summary>The columns that name a person, the one that most events of a person share first.</summary>
    private static ReadOnlySpan<int> Persons => [AtomicColumns.DomainUserid, AtomicColumns.NetworkUserid, AtomicColumns.UserId, AtomicColumns.EventId];

    /// <summary>The partition of a record; the same person always has the same one, as long as the number of partitions stays.</summary>
    /// <param name="record">The record. One that names nobody goes anywhere.</param>
    /// <param name="ends">Room for <see cref="AtomicColumns.Count"/> numbers.</param>
    /// <param name="partitions">Number of partitions, 1 or more.</param>
    public static int Of(in LogRecord record, int[] ends, int partitions)
    {
        var payload = record.Payload.Span;
        var named = record.Kind == LogRecordKind.EnrichedLine && EnrichedEvent.TryRead(payload, ends, out var enriched) ? PersonOf(enriched) : payload;
        var hash = FnvOffset;
        foreach (var b in named[..Math.Min(named.Length, MostBytes)])
            hash = (hash ^ b) * FnvPrime;
        return (int)(hash % (uint)partitions);
    }

    private static ReadOnlySpan<byte> PersonOf(scoped in EnrichedEvent enriched)
    {
        foreach (var column in Persons)
        {
            if (enriched.LengthOf(column) > 0)
                return enriched[column];
        }
        return default;
    }
}
