using Signals.Api.Health;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Functions.Cloud;

/// <summary>
/// Brings batches that a trigger delivers through a step of the stream. When a call returns, the platform moves its checkpoint, and
/// nothing brings the batch back: it returns only when every record is in the profiles or among the bad rows. Otherwise it throws, and
/// the retry policy of the trigger delivers the batch again.
/// </summary>
public abstract partial class BatchTrigger : IReadinessProbe
{
    private readonly BatchRunner _runner;
    private readonly TimeProvider _time;
    private readonly TimeSpan _longest;
    private readonly ILogger _log;
    private volatile string? _trouble;

    private protected BatchTrigger(
        string name, Func<IReadOnlyList<LogRecord>, CancellationToken, ValueTask<BatchResult>> process, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time,
        StreamingTriggerOptions options, ILogger log)
    {
        (Name, _time, _longest, _log) = (name, time, options.LongestCall, log);
        _runner = new BatchRunner(process, badRows, metrics, time, Observe);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken) => new(new Readiness(_trouble is null, _trouble));

    /// <summary>Brings a batch of one partition through the step.</summary>
    /// <param name="batch">The records, in order.</param>
    /// <param name="stopping">Asks to leave the batch to somebody else: the process stops, or has lost the partition.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop. The platform leaves the checkpoint where it is then.</exception>
    /// <exception cref="BatchHeldException">A store has been away for so long that the platform has to count the call as failed.</exception>
    public async Task RunAsync(IReadOnlyList<LogRecord> batch, CancellationToken stopping)
    {
        if (batch.Count == 0)
            return;
        using var limit = new CancellationTokenSource(_longest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            await _runner.RunAsync(batch, either.Token);
            _trouble = null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new BatchHeldException(batch[0].Position, batch.Count, _longest);
        }
        catch (OperationCanceledException)
        {
            // Somebody else has the partition now, and its trouble.
            _trouble = null;
            throw;
        }
    }

    private void Observe(BatchIncident incident)
    {
        var (position, pause) = (incident.First, incident.Pause.TotalMilliseconds);
        switch (incident.Kind)
        {
            case BatchIncidentKind.Held:
                _trouble = $"partition {position.Partition} is held: {incident.Error.Message}";
                Held(_log, incident.Error, position.Partition, position.Sequence, pause);
                break;
            case BatchIncidentKind.Retried:
                Retried(_log, incident.Error, position.Partition, position.Sequence, incident.Records, pause);
                break;
            case BatchIncidentKind.Split:
                Split(_log, incident.Error, position.Partition, position.Sequence, incident.Records);
                break;
            default:
                DeadLettered(_log, incident.Error, position.Partition, position.Sequence);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition} is held at record {Sequence}: a store is away. Trying again in {Milliseconds} ms.")]
    private static partial void Held(ILogger log, Exception error, int partition, long sequence, double milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition}, from record {Sequence}: {Records} records failed. Trying again in {Milliseconds} ms.")]
    private static partial void Retried(ILogger log, Exception error, int partition, long sequence, int records, double milliseconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition}, from record {Sequence}: {Records} records fail together; going on in halves.")]
    private static partial void Split(ILogger log, Exception error, int partition, long sequence, int records);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition}: record {Sequence} cannot be processed; it is among the bad rows.")]
    private static partial void DeadLettered(ILogger log, Exception error, int partition, long sequence);
}

/// <summary>Brings batches of resolved events, or of enriched ones without Identities, into the profiles.</summary>
/// <param name="engine">The streaming engine.</param>
/// <param name="badRows">Where dead letters go.</param>
/// <param name="metrics">Where they are counted.</param>
/// <param name="time">Clock.</param>
/// <param name="options">Bounds.</param>
/// <param name="log">Where failures are told.</param>
public sealed class StreamingTrigger(
    StreamingEngine engine, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time, StreamingTriggerOptions options, ILogger<StreamingTrigger> log)
    : BatchTrigger("streaming", engine.ProcessAsync, badRows, metrics, time, options, log);

/// <summary>Bounds of a call of the trigger.</summary>
public sealed record StreamingTriggerOptions
{
    /// <summary>How long a call may be held before it ends as failed, which the platform counts, and the retry policy delivers the batch again.</summary>
    public TimeSpan LongestCall { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>A batch could not be finished, because a store has been away all the time; it has to be delivered again.</summary>
public sealed class BatchHeldException(LogPosition first, int records, TimeSpan after)
    : Exception($"A store is away: partition {first.Partition} is held at record {first.Sequence} ({records} records) and given back after {after}.");
