using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>
/// The way into the hub of enriched events. Everything of one person goes into one partition, so that its order holds and its profile is
/// mostly written by one reader. Partitions are sent to at the same time, the requests for one of them in order.
/// </summary>
/// <param name="producer">Sends to the hub.</param>
/// <param name="partitions">Number of partitions of the hub.</param>
/// <param name="time">Clock.</param>
internal sealed class EventHubsSink(HubProducer producer, int partitions, TimeProvider time) : IEventSink
{
    /// <summary>How long a failure counts as the present state; without traffic nothing else would end it.</summary>
    private static readonly TimeSpan FailureHolds = TimeSpan.FromSeconds(30);

    private volatile Failure? _lastFailure;

    /// <inheritdoc />
    public async ValueTask AppendAsync(LogChunk chunk, CancellationToken cancellationToken)
    {
        var records = new List<LogRecord>(chunk.Count);
        chunk.CopyTo(0, 0, -1, records);
        var lanes = new HubLanes(producer, partitions, time);
        var ends = new int[AtomicColumns.Count];
        foreach (var record in records)
            lanes.Add(PersonPartition.Of(record, ends, partitions), HubEvent.Of(record, time.GetUtcNow()));
        try
        {
            await lanes.SendAsync(cancellationToken);
            _lastFailure = null;
        }
        catch (Exception error)
        {
            _lastFailure = new Failure(error, time.GetUtcNow());
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (_lastFailure is { } failure && time.GetUtcNow() - failure.At < FailureHolds)
            throw new StoreUnavailableException("The event log", retryAfter: null, failure.Error);
        await producer.CheckAsync(cancellationToken);
    }

    private sealed record Failure(Exception Error, DateTimeOffset At);
}
