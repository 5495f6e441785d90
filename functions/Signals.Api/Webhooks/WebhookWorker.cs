using Microsoft.Extensions.Logging;
using Signals.Engine.Interventions;

namespace Signals.Api.Webhooks;

/// <summary>Delivers what waits for one webhook. Each webhook has its own, so that a slow one delays no other.</summary>
internal sealed partial class WebhookWorker(
    IWebhookStore store, WebhookClient client, WebhookOptions options, WebhookMetrics metrics, TimeProvider time, ILogger log)
{
    private const int BatchSize = 64;

    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _work = new(0, 1);
    private volatile WebhookDefinition _webhook = null!;

    /// <summary>Takes over what the webhook is now.</summary>
    public void Update(WebhookDefinition webhook) => _webhook = webhook;

    /// <summary>Has it look at once for what is due.</summary>
    public void Wake()
    {
        if (_work.CurrentCount == 0)
            _work.Release();
    }

    /// <summary>Delivers until cancelled; what is under way then is delivered again by whoever goes on.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await DeliverDueAsync(cancellationToken);
                await _work.WaitAsync(await UntilNextAsync(cancellationToken), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                WorkFailed(log, exception, _webhook.Name);
                await _work.WaitAsync(LongestWait, CancellationToken.None);
            }
        }
    }

    /// <summary>How long to wait before an attempt, counted from 1: doubling, with jitter so that failures do not come back as one wave.</summary>
    public static TimeSpan PauseBefore(int attempt, TimeSpan firstRetry, double random)
    {
        var doubled = firstRetry * Math.Pow(2, Math.Min(attempt - 2, 30));
        return (doubled < LongestRetry ? doubled : LongestRetry) * (0.5 + random);
    }

    private async Task DeliverDueAsync(CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrent, CancellationToken = cancellationToken };
        while (await store.ReadDueAsync(_webhook.Name, BatchSize, cancellationToken) is { Count: > 0 } due)
            await Parallel.ForEachAsync(due, parallel, DeliverAsync);
    }

    private async ValueTask DeliverAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var webhook = _webhook;
        if (delivery.ExpiresAt <= time.GetUtcNow())
        {
            await store.CompleteAsync(webhook.Name, delivery.Sequence, cancellationToken);
            metrics.Expired();
            return;
        }
        var error = await client.PostAsync(webhook, delivery, cancellationToken);
        if (error is null)
        {
            // It has arrived: that must be noted even when the process is asked to stop in this moment.
            await store.CompleteAsync(webhook.Name, delivery.Sequence, CancellationToken.None);
            metrics.Delivered();
            return;
        }
        var next = delivery.Attempts + 2;
        var isLast = next > webhook.MaxAttempts;
        DateTimeOffset? retryAt = isLast ? null : time.GetUtcNow() + PauseBefore(next, options.FirstRetry, Random.Shared.NextDouble());
        await store.FailAsync(webhook.Name, delivery.Sequence, error, retryAt, CancellationToken.None);
        if (isLast)
            metrics.Dead();
        else
            metrics.Failed();
        AttemptFailed(log, webhook.Name, delivery.Sequence, next - 1, webhook.MaxAttempts, error);
    }

    private async ValueTask<TimeSpan> UntilNextAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadNextDueAsync(_webhook.Name, cancellationToken) is not { } next)
            return LongestWait;
        var wait = next - time.GetUtcNow();
        return wait > LongestWait ? LongestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook}: attempt {Attempt} of {MaxAttempts} to deliver {Sequence} failed: {Error}.")]
    private static partial void AttemptFailed(ILogger log, string webhook, long sequence, int attempt, int maxAttempts, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook {Webhook}: its deliveries cannot be worked on; trying again.")]
    private static partial void WorkFailed(ILogger log, Exception exception, string webhook);
}
