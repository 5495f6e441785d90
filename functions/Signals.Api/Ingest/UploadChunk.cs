using System.Buffers;
using Signals.Engine.Events;

namespace Signals.Api.Ingest;

/// <summary>The lines of an upload on their way to the log, and how many of them are events.</summary>
internal sealed class UploadChunk(IEventSink sink)
{
    private const int FullBytes = 4 * 1024 * 1024;
    private const int FullRecords = 4096;

    private readonly LogChunkBuilder _chunk = new();
    private readonly int[] _ends = new int[AtomicColumns.Count];
    private readonly ArrayBufferWriter<byte> _converted = new();

    /// <summary>Lines that are events.</summary>
    public long Accepted { get; private set; }

    /// <summary>Lines that will be bad rows.</summary>
    public long Bad { get; private set; }

    /// <summary>Whether it is time to append it.</summary>
    public bool IsFull => _chunk.Length >= FullBytes || _chunk.Count >= FullRecords;

    /// <summary>Adds a tab-separated line as it is: a malformed one too, the engine makes its bad row.</summary>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        if (EnrichedEvent.TryRead(line, _ends, out _))
            Accepted++;
        else
            Bad++;
        _chunk.Add(LogRecordKind.EnrichedLine, line);
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
    public Task AppendAsync() => sink.AppendDurablyAsync(_chunk.ToChunk());

    /// <summary>Empties the chunk, keeping its buffers.</summary>
    public void Clear()
    {
        _chunk.Clear();
        (Accepted, Bad) = (0, 0);
    }

    private void AddBadRow(ReadOnlyMemory<byte> row)
    {
        Bad++;
        _chunk.Add(LogRecordKind.BadRow, row.Span);
    }
}
