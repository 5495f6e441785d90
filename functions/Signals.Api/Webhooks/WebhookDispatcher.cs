using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signals.Api.Interventions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;

namespace Signals.Api.Webhooks;

/// <summary>
/// Follows the outbox for the webhooks and has a worker deliver to each. Of several processes on one store one does it, the one that
/// holds the lease; while nothing is published, none. At least once: what a crash interrupts is delivered again, with the same id.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IWebhookStore store,
    IInterventionOutbox outbox,
    IPartitionLease lease,
    WebhookClient client,
    WebhookOptions options,
    WebhookMetrics metrics,
    TimeProvider time,
    ILogger<WebhookDispatcher> log) : BackgroundService
{
    /// <summary>Number of the lease: the partitions of the event log count from 0.</summary>
    public const int LeaseNumber = -1;

    private const int PageEntries = 256;

    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaseRenewal = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Standby = TimeSpan.FromSeconds(1);

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Dictionary<string, (WebhookWorker Worker, CancellationTokenSource Stop, Task Running)> _workers = new(StringComparer.Ordinal);
    private DateTimeOffset _heldSince;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var published = await ReadPublishedAsync(stoppingToken);
                if (published.Count > 0 && await HoldAsync(stoppingToken))
                {
                    await RunWorkersAsync(published);
                    await FollowAsync(published, stoppingToken);
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                DispatchFailed(log, exception);
            }
            await RunWorkersAsync([]);
            await Task.Delay(Standby, time, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        await RunWorkersAsync([]);
        await lease.ReleaseAsync(LeaseNumber, CancellationToken.None);
    }

    private async ValueTask<bool> HoldAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        if (now - _heldSince < LeaseRenewal)
            return true;
        var held = await lease.TryHoldAsync(LeaseNumber, LeaseDuration, stoppingToken);
        _heldSince = held ? now : default;
        return held;
    }

    private async ValueTask<List<FollowingWebhook>> ReadPublishedAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Where(webhook => webhook.Definition.IsPublished)];

    /// <summary>Queues what has come since the webhook that is furthest behind; waits a moment when nothing has.</summary>
    private async Task FollowAsync(List<FollowingWebhook> webhooks, CancellationToken stoppingToken)
    {
        var after = webhooks.Min(webhook => webhook.Cursor);
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        moment.CancelAfter(Standby);
        try
        {
            await outbox.WaitAsync(after, moment.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return;
        }
        var entries = await outbox.ReadAsync(after, PageEntries, stoppingToken);
        if (entries.Count > 0)
            await Task.WhenAll(webhooks.Select(webhook => QueueAsync(webhook, entries, stoppingToken)));
    }

    private async Task QueueAsync(FollowingWebhook webhook, IReadOnlyList<OutboxEntry> entries, CancellationToken stoppingToken)
    {
        var end = entries[^1].Sequence;
        if (end <= webhook.Cursor)
            return;
        var deliveries = entries
            .Where(entry => entry.Sequence > webhook.Cursor && webhook.Definition.Wants(entry.Message))
            .Select(entry => new WebhookDelivery(entry.Sequence, entry.Message.Target, BodyOf(entry.Message), entry.Message.ExpiresAt, Attempts: 0))
            .ToList();
        await store.QueueAsync(webhook.Definition.Name, end, deliveries, stoppingToken);
        if (deliveries.Count > 0)
            _workers[webhook.Definition.Name].Worker.Wake();
    }

    /// <summary>Starts, updates and stops workers, so that there is one for each of the webhooks.</summary>
    private async Task RunWorkersAsync(List<FollowingWebhook> webhooks)
    {
        foreach (var name in _workers.Keys.Except(webhooks.Select(webhook => webhook.Definition.Name)).ToList())
        {
            _workers.Remove(name, out var stopped);
            await stopped.Stop.CancelAsync();
            await stopped.Running;
            stopped.Stop.Dispose();
        }
        foreach (var webhook in webhooks.Select(webhook => webhook.Definition))
        {
            if (_workers.TryGetValue(webhook.Name, out var running))
                running.Worker.Update(webhook);
            else
                _workers[webhook.Name] = Start(webhook);
        }
    }

    private (WebhookWorker Worker, CancellationTokenSource Stop, Task Running) Start(WebhookDefinition webhook)
    {
        var worker = new WebhookWorker(store, client, options, metrics, time, log);
        worker.Update(webhook);
        var stop = new CancellationTokenSource();
        return (worker, stop, Task.Run(() => worker.RunAsync(stop.Token)));
    }

    private static byte[] BodyOf(InterventionMessage message)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            writer.WriteStartObject();
            EventStreamFrame.WritePayloadMembers(writer, message);
            writer.WriteString("decided_at", message.DecidedAt.UtcDateTime);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Interventions cannot be given to webhooks; trying again.")]
    private static partial void DispatchFailed(ILogger log, Exception exception);
}
