using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signals.Api.Health;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>Keeps the hub going: follows the outbox, keeps idle streams alive, and ends the streams when the process stops.</summary>
internal sealed partial class HubService(
    IInterventionOutbox outbox,
    SubscriptionHub hub,
    DeliveryReceipts receipts,
    HubPresence presence,
    SubscriptionOptions options,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<HubService> log) : IHostedService, IReadinessProbe
{
    private const int PageEntries = 512;
    private const int RemovedAtOnce = 1000;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnnouncementInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile string? _trouble;

    /// <inheritdoc />
    public string Name => "interventions";

    /// <inheritdoc />
    public ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken) => new(new Readiness(_trouble is null, _trouble));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        hub.StartAt(await outbox.ReadEndAsync(cancellationToken));
        // The server waits for open requests before services are told to stop: the streams have to end first.
        lifetime.ApplicationStopping.Register(hub.Stop);
        _running = Task.WhenAll(
            RepeatAsync("following the outbox", FollowAsync),
            RepeatAsync("keeping streams alive", KeepAliveAsync),
            RepeatAsync("announcing this process", AnnounceAsync),
            RepeatAsync("removing old interventions", RemoveExpiredAsync));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        hub.Stop();
        await _stop.CancelAsync();
        await _running;
        await presence.WithdrawAsync(cancellationToken);
    }

    private async Task RepeatAsync(string what, Func<CancellationToken, Task> step)
    {
        for (var failed = false; !_stop.IsCancellationRequested;)
        {
            try
            {
                if (failed)
                    await Task.Delay(PauseAfterFailure, time, _stop.Token);
                await step(_stop.Token);
                if (failed)
                    _trouble = null;
                failed = false;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                StepFailed(log, exception, what);
                _trouble = $"{what} failed: {exception.Message}";
                failed = true;
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await outbox.WaitAsync(hub.Position, cancellationToken);
        var entries = await outbox.ReadAsync(hub.Position, PageEntries, cancellationToken);
        foreach (var watched in hub.Dispatch(WholeSiblings(entries)))
            _ = receipts.ReportAsync(watched, cancellationToken);
    }

    /// <summary>A full page may end amid the targets of one intervention; these wait for the next page.</summary>
    private static IReadOnlyList<OutboxEntry> WholeSiblings(IReadOnlyList<OutboxEntry> page)
    {
        if (page.Count < PageEntries)
            return page;
        var whole = page.Count;
        while (whole > 0 && page[whole - 1].Message.InterventionId == page[^1].Message.InterventionId)
            whole--;
        return whole == 0 ? page : [.. page.Take(whole)];
    }

    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        for (var part = 0; part < SubscriptionHub.KeepAliveParts; part++)
        {
            await Task.Delay(options.KeepAlive / SubscriptionHub.KeepAliveParts, time, cancellationToken);
            hub.KeepAlive(part);
        }
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(AnnouncementInterval, time, cancellationToken);
        if (hub.Count > 0)
            await presence.AnnounceAsync(cancellationToken);
    }

    private async Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        if (await outbox.RemoveExpiredAsync(RemovedAtOnce, cancellationToken) < RemovedAtOnce)
            await Task.Delay(RetentionInterval, time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Interventions: {Step} failed; trying again.")]
    private static partial void StepFailed(ILogger log, Exception exception, string step);
}
