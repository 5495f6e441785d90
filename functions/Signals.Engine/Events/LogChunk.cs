using System.Buffers;
using System.Buffers.Binary;

namespace Signals.Engine.Events;

/// <summary>
/// Several log records in one block of bytes: per record a kind byte, a little-endian 32-bit length and the payload.
/// Writers append and readers store a whole chunk at once, which is what makes the log fast.
/// </summary>
/// <param name="Count">Number of records in the chunk.</param>
/// <param name="Bytes">The framed records.</param>
public readonly record struct LogChunk(int Count, ReadOnlyMemory<byte> Bytes)
{
    internal const int FrameBytes = 5;

    /// <summary>Adds the records of the chunk to a list.</summary>
    /// <param name="partition">Partition that the chunk was read from.</param>
    /// <param name="firstSequence">Sequence number of the first record of the chunk.</param>
    /// <param name="afterSequence">Records with a sequence number up to this one are left out.</param>
    /// <param name="records">The list to add to.</param>
    /// <exception cref="InvalidDataException">The bytes are not a chunk of <see cref="Count"/> records.</exception>
    public void CopyTo(int partition, long firstSequence, long afterSequence, List<LogRecord> records)
    {
        var rest = Bytes;
        for (var i = 0; i < Count; i++)
        {
            var length = rest.Length >= FrameBytes ? BinaryPrimitives.ReadInt32LittleEndian(rest.Span[1..]) : -1;
            if (length < 0 || length > rest.Length - FrameBytes)
                throw new InvalidDataException($"Log chunk at partition {partition}, sequence {firstSequence}: record {i} of {Count} is cut short.");
            var sequence = firstSequence + i;
            if (sequence > afterSequence)
                records.Add(new LogRecord(new LogPosition(partition, sequence), (LogRecordKind)rest.Span[0], rest.Slice(FrameBytes, length)));
            rest = rest[(FrameBytes + length)..];
        }
    }

    /// <summary>Cuts the chunk, between records, into chunks of at most a number of bytes; a larger record stands alone.</summary>
    /// <param name="maxBytes">Bytes of a chunk, frames included.</param>
    /// <exception cref="InvalidDataException">The bytes are not a chunk of <see cref="Count"/> records.</exception>
    public IEnumerable<LogChunk> Split(int maxBytes)
    {
        if (Bytes.Length <= maxBytes)
        {
            if (Count > 0)
                yield return this;
            yield break;
        }
        var (start, end, count) = (0, 0, 0);
        for (var i = 0; i < Count; i++)
        {
            var frame = FrameAt(end, i);
            if (count > 0 && end + frame - start > maxBytes)
            {
                yield return new LogChunk(count, Bytes[start..end]);
                (start, count) = (end, 0);
            }
            end += frame;
            count++;
        }
        if (count > 0)
            yield return new LogChunk(count, Bytes[start..end]);
    }

    private int FrameAt(int offset, int record)
    {
        var rest = Bytes.Span[offset..];
        var length = rest.Length >= FrameBytes ? BinaryPrimitives.ReadInt32LittleEndian(rest[1..]) : -1;
        if (length < 0 || length > rest.Length - FrameBytes)
            throw new InvalidDataException($"Log chunk: record {record} of {Count} is cut short.");
        return FrameBytes + length;
    }
}

/// <summary>Collects records into a <see cref="LogChunk"/>. Not safe for several threads at once.</summary>
public sealed class LogChunkBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Number of records added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Size of the chunk so far, in bytes.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>Adds one record.</summary>
    public void Add(LogRecordKind kind, ReadOnlySpan<byte> payload)
    {
        var target = _bytes.GetSpan(LogChunk.FrameBytes + payload.Length);
        target[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(target[1..], payload.Length);
        payload.CopyTo(target[LogChunk.FrameBytes..]);
        _bytes.Advance(LogChunk.FrameBytes + payload.Length);
        Count++;
    }

    /// <summary>The chunk collected so far. It shares its bytes with the builder: use it before the next <see cref="Clear"/>.</summary>
    public LogChunk ToChunk() => new(Count, _bytes.WrittenMemory);

    /// <summary>Empties the builder, keeping its buffer.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Count = 0;
    }
}
