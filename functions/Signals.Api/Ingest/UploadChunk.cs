using System.Buffers;
using Signals.Engine.Events;

namespace Signals.Api.Ingest;

/// <summary>The lines of an upload on their way to the log: one chunk per partition, and how many of the lines are events.</summary>
internal sealed class UploadChunk
{
    private const int FullBytes = 4 * 1024 * 1024;
    private const int FullRecords = 4096;

    private readonly IEventLog _log;
    private readonly LogChunkBuilder[] _partitions;
    private readonly int[] _ends = new int[AtomicColumns.Count];
    private readonly ArrayBufferWriter<byte> _converted = new();
    private int _bytes;

    public UploadChunk(IEventLog log)
    {
        _log = log;
        _partitions = new LogChunkBuilder[log.Partitions];
        for (var i = 0; i < _partitions.Length; i++)
            _partitions[i] = new LogChunkBuilder();
    }

    /// <summary>Lines that are events.</summary>
    public long Accepted { get; private set; }

    /// <summary>Lines that will be bad rows.</summary>
    public long Bad { get; private set; }

    /// <summary>Whether it is time to append it.</summary>
    public bool IsFull => _bytes >= FullBytes || Accepted + Bad >= FullRecords;

    /// <summary>Adds a tab-separated line as it is: a malformed one too, the engine makes its bad row.</summary>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        var visitor = line;
        if (EnrichedEvent.TryRead(line, _ends, out var enriched))
        {
            Accepted++;
            visitor = VisitorOf(enriched);
        }
        else
        {
            Bad++;
        }
        Add(visitor, LogRecordKind.EnrichedLine, line);
    }

    /// <summary>Adds an event in canonical JSON; one that cannot be read becomes a bad row.</summary>
    public void AddJson(ReadOnlySpan<byte> json, DateTimeOffset now)
    {
        _converted.ResetWrittenCount();
        if (CanonicalJson.TryToLine(json, _converted, out var error))
            AddLine(_converted.WrittenSpan);
        else
            AddBadRow(BadRow.GenericError([error], json, now));
    }

    /// <summary>Adds the bad row of a line that is longer than lines may be.</summary>
    public void AddTooLong(ReadOnlySpan<byte> beginning, long length, DateTimeOffset now) =>
        AddBadRow(BadRow.SizeViolation(LineReader.MaxLineBytes, length, "a line of enriched events", beginning, now));

    /// <summary>Appends to the log; returns once everything is durable.</summary>
    /// <exception cref="LogUnavailableException">Not everything is.</exception>
    public Task AppendAsync() =>
        Task.WhenAll(_partitions.Select((chunk, partition) => _log.AppendDurablyAsync(partition, chunk.ToChunk())));

    /// <summary>Empties the chunk, keeping its buffers.</summary>
    public void Clear()
    {
        foreach (var partition in _partitions)
            partition.Clear();
        (Accepted, Bad, _bytes) = (0, 0, 0);
    }

    private void AddBadRow(ReadOnlyMemory<byte> row)
    {
        Bad++;
        Add(row.Span, LogRecordKind.BadRow, row.Span);
    }

    private void Add(ReadOnlySpan<byte> visitor, LogRecordKind kind, ReadOnlySpan<byte> payload)
    {
        _partitions[_log.PartitionOf(visitor)].Add(kind, payload);
        _bytes += payload.Length;
    }

    private static ReadOnlySpan<byte> VisitorOf(scoped in EnrichedEvent enriched)
    {
        foreach (var column in (ReadOnlySpan<int>)[AtomicColumns.DomainUserid, AtomicColumns.NetworkUserid, AtomicColumns.UserId])
        {
            if (enriched.LengthOf(column) > 0)
                return enriched[column];
        }
        return enriched[AtomicColumns.EventId];
    }
}
