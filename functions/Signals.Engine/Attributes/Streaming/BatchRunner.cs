using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Bounds of the runner of batches.</summary>
public sealed record BatchRunnerOptions
{
    /// <summary>How often a batch, and at last a single record, is tried before it is given up; 1 or more.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The first pause after a failure; every further one is twice as long.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause, but for a quarter that chance may add to what a store asks for.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Brings a batch through the streaming engine, or another step of the stream, whatever happens, so that a runtime may count it as finished when the call returns.
/// While a store is away it holds the batch. Records that fail for any other reason are tried a few times, then split in halves until
/// the one that fails stands alone; that one is kept as a dead letter among the bad rows. The order of the records stays.
/// </summary>
/// <param name="process">What is done with a batch. Repeating it, also in parts, has to be safe.</param>
/// <param name="badRows">Where dead letters go.</param>
/// <param name="metrics">Where they are counted.</param>
/// <param name="time">Clock of the pauses.</param>
/// <param name="observe">Told of every failure, before the pause that follows it.</param>
/// <param name="options">Bounds.</param>
public sealed class BatchRunner(
    Func<IReadOnlyList<LogRecord>, CancellationToken, ValueTask<BatchResult>> process, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time, Action<BatchIncident> observe,
    BatchRunnerOptions? options = null)
{
    private readonly BatchRunnerOptions _options = options ?? new BatchRunnerOptions();

    /// <summary>Makes a runner for the streaming engine.</summary>
    public BatchRunner(
        StreamingEngine engine, IBadRowStore badRows, StreamingMetrics metrics, TimeProvider time, Action<BatchIncident> observe,
        BatchRunnerOptions? options = null)
        : this(engine.ProcessAsync, badRows, metrics, time, observe, options)
    {
    }

    /// <summary>
    /// Processes a batch of one partition. When it returns, every record is in the profiles or among the bad rows, durably.
    /// </summary>
    /// <param name="batch">The records, in order; their payloads must stay valid until it returns.</param>
    /// <param name="stopping">
    /// Ends the pauses, and the work between two attempts. What was asked of the stores before is brought to its end.
    /// </param>
    /// <exception cref="OperationCanceledException">It was stopped before the batch was finished; repeating the batch is safe.</exception>
    public ValueTask<BatchResult> RunAsync(IReadOnlyList<LogRecord> batch, CancellationToken stopping) =>
        RunAsync(batch, _options.Attempts, stopping);

    private async ValueTask<BatchResult> RunAsync(IReadOnlyList<LogRecord> records, int attempts, CancellationToken stopping)
    {
        var (result, failure) = await TryAsync(records, attempts, stopping);
        if (failure is null)
            return result;
        if (records.Count == 1)
            return await KeepDeadLetterAsync(records[0], failure, stopping);
        observe(new BatchIncident(BatchIncidentKind.Split, records[0].Position, records.Count, TimeSpan.Zero, failure));
        var half = records.Count / 2;
        return await RunHalfAsync([.. records.Take(half)], stopping) + await RunHalfAsync([.. records.Skip(half)], stopping);
    }

    /// <summary>
    /// A half is tried once, because the whole has been tried often enough: were the failure a passing one, the next smaller parts
    /// would get through.
    /// </summary>
    private ValueTask<BatchResult> RunHalfAsync(LogRecord[] records, CancellationToken stopping) =>
        RunAsync(records, records.Length == 1 ? _options.Attempts : 1, stopping);

    /// <summary>Tries so often, not counting what fails because a store is away.</summary>
    /// <returns>What became of the records, or the last failure.</returns>
    private async ValueTask<(BatchResult Result, Exception? Failure)> TryAsync(
        IReadOnlyList<LogRecord> records, int attempts, CancellationToken stopping)
    {
        for (int failures = 0, held = 0; ;)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                return (await process(records, CancellationToken.None), null);
            }
            catch (Exception error) when (IsStoreTrouble(error))
            {
                await HoldAsync(records[0].Position, records.Count, ++held, error, stopping);
            }
            catch (Exception error)
            {
                if (++failures >= attempts || error is ProfileTooLargeException)
                    return (default, error);
                await PauseAsync(new BatchIncident(BatchIncidentKind.Retried, records[0].Position, records.Count, PauseAfter(failures), error), stopping);
            }
        }
    }

    private async ValueTask<BatchResult> KeepDeadLetterAsync(LogRecord record, Exception failure, CancellationToken stopping)
    {
        var row = BadRow.FromFailure(record.Position, record.Payload.Span, failure, time.GetUtcNow());
        for (var held = 0; ;)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                await badRows.AppendAsync([row], CancellationToken.None);
                break;
            }
            catch (Exception error)
            {
                await HoldAsync(record.Position, 1, ++held, error, stopping);
            }
        }
        metrics.RecordDeadLetter();
        observe(new BatchIncident(BatchIncidentKind.DeadLettered, record.Position, 1, TimeSpan.Zero, failure));
        return new BatchResult(Records: 1, Applied: 0, Duplicate: 0, Bad: 1, Late: 0);
    }

    /// <summary>Whether nothing is wrong with the records. A call that was given up without anybody asking for it is a store that did not answer.</summary>
    private static bool IsStoreTrouble(Exception error) =>
        error is StoreUnavailableException or ProfileContentionException or OperationCanceledException;

    private Task HoldAsync(LogPosition first, int records, int held, Exception error, CancellationToken stopping)
    {
        var pause = error is StoreUnavailableException { RetryAfter: { } asked } ? PauseAskedFor(asked) : PauseAfter(held);
        return PauseAsync(new BatchIncident(BatchIncidentKind.Held, first, records, pause, error), stopping);
    }

    private Task PauseAsync(BatchIncident incident, CancellationToken stopping)
    {
        observe(incident);
        return Task.Delay(incident.Pause, time, stopping);
    }

    /// <summary>Never shorter than asked for, and longer by chance, so that partitions that were held together do not come back together.</summary>
    private TimeSpan PauseAskedFor(TimeSpan asked)
    {
        var pause = asked < _options.ShortestPause ? _options.ShortestPause : asked < _options.LongestPause ? asked : _options.LongestPause;
        return pause + pause * Random.Shared.NextDouble() / 4;
    }

    /// <summary>Half of the pause is certain, the other half left to chance.</summary>
    private TimeSpan PauseAfter(int failures)
    {
        var pause = _options.ShortestPause;
        for (var i = 1; i < failures && pause < _options.LongestPause; i++)
            pause *= 2;
        pause = pause < _options.LongestPause ? pause : _options.LongestPause;
        return pause / 2 + pause * Random.Shared.NextDouble() / 2;
    }
}
