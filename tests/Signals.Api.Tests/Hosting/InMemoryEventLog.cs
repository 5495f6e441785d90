using System.Text;
using Signals.Engine.Events;

namespace Signals.Api.Tests.Hosting;

/// <summary>An event log whose appends a test can hold back or fail.</summary>
public sealed class InMemoryEventLog : IEventLog, IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<LogRecord>[] _partitions = [[], [], []];
    private readonly long[] _checkpoints = [-1, -1, -1];

    /// <summary>Awaited by every append before it takes effect.</summary>
    public Func<Task> BeforeAppend { get; set; } = () => Task.CompletedTask;

    public int Appends { get; private set; }

    public IReadOnlyList<int> Partitions => [.. Enumerable.Range(0, _partitions.Length)];

    public IReadOnlyList<LogRecord> Records
    {
        get
        {
            lock (_gate)
                return [.. _partitions.SelectMany(p => p)];
        }
    }

    public IReadOnlyList<string> Texts(LogRecordKind kind) =>
        [.. Records.Where(r => r.Kind == kind).Select(r => Encoding.UTF8.GetString(r.Payload.Span))];

    public ValueTask AppendAsync(LogChunk chunk, CancellationToken cancellationToken) => AppendAsync(0, chunk, cancellationToken);

    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await ReadEndAsync(0, cancellationToken);

    public async ValueTask AppendAsync(int partition, LogChunk chunk, CancellationToken cancellationToken)
    {
        await BeforeAppend();
        var copy = chunk with { Bytes = chunk.Bytes.ToArray() };
        lock (_gate)
        {
            copy.CopyTo(partition, _partitions[partition].Count, -1, _partitions[partition]);
            Appends++;
        }
    }

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(
        int partition, long afterSequence, int maxRecords, int maxBytes, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult<IReadOnlyList<LogRecord>>([.. _partitions[partition].Skip((int)afterSequence + 1).Take(maxRecords)]);
    }

    public ValueTask WaitAsync(int partition, long afterSequence, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async ValueTask<long> ReadEndAsync(int partition, CancellationToken cancellationToken)
    {
        await BeforeAppend();
        lock (_gate)
            return _partitions[partition].Count - 1;
    }

    public ValueTask<long> ReadCheckpointAsync(int partition, CancellationToken cancellationToken) => ValueTask.FromResult(_checkpoints[partition]);

    public ValueTask SaveCheckpointAsync(int partition, long sequence, CancellationToken cancellationToken)
    {
        _checkpoints[partition] = sequence;
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> TryForwardAsync(int from, long after, long through, int to, LogChunk chunk, CancellationToken cancellationToken)
    {
        if (_checkpoints[from] != after)
            return false;
        await AppendAsync(to, chunk, cancellationToken);
        _checkpoints[from] = through;
        return true;
    }
}
