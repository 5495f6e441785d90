using System.Diagnostics;
using Signals.Api.Health;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Functions.Local.Hosting;

/// <summary>
/// Runs the streaming engine over every partition whose lease this process holds: reads a batch ahead, lets the engine process
/// a batch, moves the checkpoint. A batch that fails is tried again, with growing pauses, and never skipped.
/// </summary>
internal sealed partial class StreamingLoop(
    IEventLog log, IPartitionLease lease, StreamingEngine engine, StreamingMetrics metrics, TimeProvider time, ILogger<StreamingLoop> logger)
    : BackgroundService, IReadinessProbe
{
    private const int MaxRecords = 8192;
    private const int MaxBytes = 16 << 20;

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseRenewal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StandbyPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private volatile string? _trouble;

    /// <inheritdoc />
    public string Name => "streaming";

    /// <inheritdoc />
    public ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken) => new(new Readiness(_trouble is null, _trouble));

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, log.Partitions).Select(partition => Task.Run(() => RunAsync(partition, stoppingToken), CancellationToken.None)));

    private async Task RunAsync(int partition, CancellationToken stoppingToken)
    {
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await lease.TryHoldAsync(partition, LeaseDuration, stoppingToken))
                {
                    pause = ShortestPause;
                    await ProcessWhileHeldAsync(partition, stoppingToken);
                }
                else
                {
                    await Task.Delay(StandbyPause, time, stoppingToken);
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
        await lease.ReleaseAsync(partition, CancellationToken.None);
    }

    private async Task ProcessWhileHeldAsync(int partition, CancellationToken stoppingToken)
    {
        var done = await log.ReadCheckpointAsync(partition, stoppingToken);
        var reading = ReadAsync(partition, done);
        var saving = Task.CompletedTask;
        var renewed = Stopwatch.GetTimestamp();
        PartitionTaken(logger, partition, done + 1);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(renewed) > LeaseRenewal)
                {
                    if (!await lease.TryHoldAsync(partition, LeaseDuration, stoppingToken))
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
                await ProcessAsync(partition, batch, stoppingToken);
                (batch as IDisposable)?.Dispose();
                done = last;
                // Saved beside the next batch: what a crash makes it repeat, the profiles know already.
                await saving;
                saving = log.SaveCheckpointAsync(partition, done, CancellationToken.None).AsTask();
                metrics.RecordLag(partition, await log.ReadEndAsync(partition, CancellationToken.None) - done);
            }
        }
        finally
        {
            await saving;
            PartitionLeft(logger, partition, done);
        }
    }

    /// <summary>Reads on another thread, so that reading and processing overlap.</summary>
    private Task<IReadOnlyList<LogRecord>> ReadAsync(int partition, long after) =>
        Task.Run(async () => await log.ReadAsync(partition, after, MaxRecords, MaxBytes, CancellationToken.None));

    /// <summary>Waits for records, but not longer than the lease lasts.</summary>
    private async Task WaitAsync(int partition, long done, CancellationToken stoppingToken)
    {
        using var untilRenewal = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        untilRenewal.CancelAfter(LeaseRenewal);
        try
        {
            await log.WaitAsync(partition, done, untilRenewal.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Nothing came: time to renew the lease.
        }
    }

    /// <summary>Processes a batch to its end, also when the process is asked to stop meanwhile; returns only once it has succeeded.</summary>
    private async Task ProcessAsync(int partition, IReadOnlyList<LogRecord> batch, CancellationToken stoppingToken)
    {
        for (var pause = ShortestPause; ;)
        {
            try
            {
                await engine.ProcessAsync(batch, CancellationToken.None);
                _trouble = null;
                return;
            }
            catch (Exception error)
            {
                pause = await PauseAsync(partition, pause, error, stoppingToken);
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<TimeSpan> PauseAsync(int partition, TimeSpan pause, Exception error, CancellationToken stoppingToken)
    {
        _trouble = $"partition {partition} is stuck: {error.Message}";
        Failed(logger, error, partition, pause.TotalMilliseconds);
        await Task.Delay(pause, time, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Processing partition {Partition} from record {Sequence}.")]
    private static partial void PartitionTaken(ILogger logger, int partition, long sequence);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Left partition {Partition} after record {Sequence}.")]
    private static partial void PartitionLeft(ILogger logger, int partition, long sequence);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {Partition} could not be processed; trying again in {Milliseconds} ms.")]
    private static partial void Failed(ILogger logger, Exception error, int partition, double milliseconds);
}
