namespace Signals.Engine.Events;

/// <summary>Where a record stands in the event log. A partition is read in the order of its sequence numbers.</summary>
/// <param name="Partition">Partition number, from 0.</param>
/// <param name="Sequence">Sequence number within the partition, from 0, rising by one a record.</param>
public readonly record struct LogPosition(int Partition, long Sequence);

/// <summary>What the payload of a log record is. The numbers are stored; never renumber.</summary>
public enum LogRecordKind : byte
{
    /// <summary>One enriched event: a tab-separated line in UTF-8 without its line end. It may turn out to be malformed.</summary>
    EnrichedLine = 0,

    /// <summary>A bad row in Snowplow's JSON shape, made where the input came in, to be kept as it is.</summary>
    BadRow = 1,
}

/// <summary>One record of the event log.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Kind">What the payload is.</param>
/// <param name="Payload">The bytes; valid as long as the batch it came with.</param>
public readonly record struct LogRecord(LogPosition Position, LogRecordKind Kind, ReadOnlyMemory<byte> Payload);
