using System.Diagnostics;
using Signals.Api.Health;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Functions.Local.Hosting;

/// <summary>
/// Reads every partition whose lease this process holds, a batch ahead. Enriched events are resolved first, where identities are configured, and
/// come back as resolved ones; everything else is brought through the streaming engine, and the checkpoint moves. What to do about a batch
/// that the engine fails on is the business of <see cref="BatchRunner"/>.
/// </summary>
internal sealed partial class StreamingLoop : BackgroundService, IReadinessProbe
{
    private const int MaxRecords = 8192;
    private const int MaxBytes = 16 << 20;

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseRenewal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StandbyPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly IEventLog _log;
    private readonly IPartitionLease _lease;
    private readonly IdentityForwarder _identities;
    private readonly StreamingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<StreamingLoop> _logger;
    private readonly BatchRunner _runner;
    private volatile string? _trouble;

    public StreamingLoop(
        IEventLog log, IPartitionLease lease, IdentityForwarder identities, StreamingEngine engine, IBadRowStore badRows, StreamingMetrics metrics,
        TimeProvider time, ILogger<StreamingLoop> logger)
    {
        _identities = identities;
        _log = log;
        _lease = lease;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _runner = new BatchRunner(
            engine, badRows, metrics, time, Observe, new BatchRunnerOptions { ShortestPause = ShortestPause, LongestPause = LongestPause });
    }

    /// <inheritdoc />
    public string Name => "streaming";

    /// <inheritdoc />
    public ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken) => new(new Readiness(_trouble is null, _trouble));

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_log.Partitions.Select(partition => Task.Run(() => RunAsync(partition, stoppingToken), CancellationToken.None)));

    private async Task RunAsync(int partition, CancellationToken stoppingToken)
    {
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await _lease.TryHoldAsync(partition, LeaseDuration, stoppingToken))
                {
                    pause = ShortestPause;
                    await ProcessWhileHeldAsync(partition, stoppingToken);
                }
                else
                {
                    await Task.Delay(StandbyPause, _time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                pause = await PauseAsync(partition, pause, error, stoppingToken);
            }
        }
        await _lease.ReleaseAsync(partition, CancellationToken.None);
    }

    private async Task ProcessWhileHeldAsync(int partition, CancellationToken stoppingToken)
    {
        var done = await _log.ReadCheckpointAsync(partition, stoppingToken);
        var reading = ReadAsync(partition, done);
        var saving = Task.CompletedTask;
        var renewed = Stopwatch.GetTimestamp();
        PartitionTaken(_logger, partition, done + 1);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(renewed) > LeaseRenewal)
                {
                    if (!await _lease.TryHoldAsync(partition, LeaseDuration, stoppingToken))
                        break;
                    renewed = Stopwatch.GetTimestamp();
                }
                var batch = await reading;
                if (batch.Count == 0)
                {
                    await WaitAsync(partition, done, stoppingToken);
                    reading = ReadAsync(partition, done);
                    continue;
                }
                var last = batch[^1].Position.Sequence;
                reading = ReadAsync(partition, last);
                if (_identities.Takes(partition))
                {
                    await saving;
                    if (!await _identities.TryForwardAsync(batch, done, CancellationToken.None))
                        break;
                }
                else
                {
                    await _runner.RunAsync(batch, stoppingToken);
                    // Saved beside the next batch: what a crash makes it repeat, the profiles know already.
                    await saving;
                    saving = _log.SaveCheckpointAsync(partition, last, CancellationToken.None).AsTask();
                }
                _trouble = null;
                (batch as IDisposable)?.Dispose();
                done = last;
                _metrics.RecordLag(partition, await _log.ReadEndAsync(partition, CancellationToken.None) - done);
            }
        }
        finally
        {
            await saving;
            PartitionLeft(_logger, partition, done);
        }
    }

    /// <summary>Reads on another thread, so that reading and processing overlap.</summary>
    private Task<IReadOnlyList<LogRecord>> ReadAsync(int partition, long after) =>
        Task.Run(async () => await _log.ReadAsync(partition, after, MaxRecords, MaxBytes, CancellationToken.None));

    /// <summary>Waits for records, but not longer than the lease lasts.</summary>
    private async Task WaitAsync(int partition, long done, CancellationToken stoppingToken)
    {
        using var untilRenewal = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        untilRenewal.CancelAfter(LeaseRenewal);
        try
        {
            await _log.WaitAsync(partition, done, untilRenewal.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Nothing came: time to renew the lease.
        }
    }

    private void Observe(BatchIncident incident)
    {
        var partition = incident.First.Partition;
        _trouble = TroubleWith(partition, incident.Error);
        switch (incident.Kind)
        {
            case BatchIncidentKind.Split:
                Split(_logger, incident.Error, partition, incident.First.Sequence, incident.Records);
                break;
            case BatchIncidentKind.DeadLettered:
                DeadLettered(_logger, incident.Error, partition, incident.First.Sequence);
                break;
            default:
                Failed(_logger, incident.Error, partition, incident.Pause.TotalMilliseconds);
                break;
        }
    }

    private static string TroubleWith(int partition, Exception error) => $"partition {partition} is stuck: {error.Message}";

    private async Task<TimeSpan> PauseAsync(int partition, TimeSpan pause, Exception error, CancellationToken stoppingToken)
    {
        _trouble = TroubleWith(partition, error);
        Failed(_logger, error, partition, pause.TotalMilliseconds);
        await Task.Delay(pause, _time, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Processing partition {Partition} from record {Sequence}.")]
    private static partial void PartitionTaken(ILogger logger, int partition, long sequence);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Left partition {Partition} after record {Sequence}.")]
    private static partial void PartitionLeft(ILogger logger, int partition, long sequence);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition} could not be processed; trying again in {Milliseconds} ms.")]
    private static partial void Failed(ILogger logger, Exception error, int partition, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Records} records of partition {Partition} from {Sequence} could not be processed together; trying each half by itself.")]
    private static partial void Split(ILogger logger, Exception error, int partition, long sequence, int records);

    [LoggerMessage(Level = LogLevel.Error, Message = "Record {Sequence} of partition {Partition} could not be processed; it is kept as a bad row.")]
    private static partial void DeadLettered(ILogger logger, Exception error, int partition, long sequence);
}
