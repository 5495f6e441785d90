using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>
/// Tells the other processes that this one holds streams, so that a push waits for it to answer. A process without streams
/// says nothing and costs nothing.
/// </summary>
internal sealed class HubPresence(IInterventionOutbox outbox, TimeProvider time)
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(6);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _untilTicks;

    /// <summary>Name of this hub: machine/process/number.</summary>
    public string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>Whether others take this hub for alive.</summary>
    public bool IsAnnounced => time.GetUtcNow() < Until;

    private DateTimeOffset Until
    {
        get => new(Interlocked.Read(ref _untilTicks), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _untilTicks, value.UtcTicks);
    }

    /// <summary>Makes sure that others know of this hub, for some seconds at least.</summary>
    public async ValueTask AnnounceAsync(CancellationToken cancellationToken)
    {
        if (Until - time.GetUtcNow() > RenewBefore)
            return;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Until - time.GetUtcNow() > RenewBefore)
                return;
            var until = time.GetUtcNow() + Validity;
            await outbox.AnnounceHubAsync(Name, until, cancellationToken);
            Until = until;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes it back.</summary>
    public async ValueTask WithdrawAsync(CancellationToken cancellationToken)
    {
        if (!IsAnnounced)
            return;
        Until = default;
        await outbox.AnnounceHubAsync(Name, time.GetUtcNow(), cancellationToken);
    }
}
