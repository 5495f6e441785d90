using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Recent enriched events, for looking at identifiers and for trial runs. Nothing depends on there being any.</summary>
public interface IRecentEvents
{
    /// <summary>The newest enriched lines, oldest of them first: at most so many, and fewer when they exceed <paramref name="maxBytes"/> together.</summary>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(int maxEvents, long maxBytes, CancellationToken cancellationToken);
}

/// <summary>Recent events out of the end of an event log that can be read back.</summary>
/// <param name="log">The log.</param>
/// <param name="partition">The partition with events as they came in.</param>
public sealed class LoggedEvents(IEventLog log, int partition = 0) : IRecentEvents
{
    private const int PageRecords = 4096;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(int maxEvents, long maxBytes, CancellationToken cancellationToken)
    {
        var lines = new Queue<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        var end = await log.ReadEndAsync(partition, cancellationToken);
        var after = Math.Max(-1, end - maxEvents);
        while (after < end)
        {
            var page = await log.ReadAsync(partition, after, (int)Math.Min(PageRecords, end - after), (int)Math.Min(maxBytes, 16 << 20), cancellationToken);
            if (page.Count == 0)
                break;
            foreach (var record in page)
            {
                if (record.Kind != LogRecordKind.EnrichedLine)
                    continue;
                // Payloads live as long as their page; the copy lives as long as the run.
                lines.Enqueue(record.Payload.ToArray());
                bytes += record.Payload.Length;
                while (bytes > maxBytes)
                    bytes -= lines.Dequeue().Length;
            }
            after = page[^1].Position.Sequence;
            (page as IDisposable)?.Dispose();
        }
        return [.. lines];
    }
}

/// <summary>Recent events that passed through this process, for runtimes whose log cannot be read back. Old ones make room for new ones.</summary>
/// <param name="maxEvents">How many are kept.</param>
/// <param name="maxBytes">How many bytes are kept.</param>
public sealed class RememberedEvents(int maxEvents = 10_000, long maxBytes = 16 << 20) : IRecentEvents
{
    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _lines = new();
    private long _bytes;

    /// <summary>Keeps a copy of an enriched line.</summary>
    public void Remember(ReadOnlySpan<byte> line)
    {
        if (line.Length > maxBytes)
            return;
        var copy = line.ToArray();
        lock (_lock)
        {
            _lines.Enqueue(copy);
            _bytes += copy.Length;
            while (_lines.Count > maxEvents || _bytes > maxBytes)
                _bytes -= _lines.Dequeue().Length;
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(int maxEvents, long maxBytes, CancellationToken cancellationToken)
    {
        var newest = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        lock (_lock)
        {
            foreach (var line in _lines.Reverse())
            {
                bytes += line.Length;
                if (newest.Count >= maxEvents || bytes > maxBytes)
                    break;
                newest.Add(line);
            }
        }
        newest.Reverse();
        return new(newest);
    }
}
