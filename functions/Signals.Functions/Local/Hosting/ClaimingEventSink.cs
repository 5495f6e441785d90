using Signals.Engine.Events;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>The way into the event log of a process whose other stores are shared: events go into the log that feeds them, and no other.</summary>
internal sealed class ClaimingEventSink(SqliteEventLog log, CosmosEventLogClaim claim) : IEventSink
{
    private volatile bool _isClaimed;

    /// <inheritdoc />
    /// <exception cref="SettingException">Another log feeds the stores.</exception>
    public async ValueTask AppendAsync(LogChunk chunk, CancellationToken cancellationToken)
    {
        if (!_isClaimed)
            await ClaimAsync(log, claim, cancellationToken);
        _isClaimed = true;
        await log.AppendAsync(chunk, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask CheckAsync(CancellationToken cancellationToken) => log.CheckAsync(cancellationToken);

    /// <summary>Makes sure that the stores are fed by this log.</summary>
    /// <exception cref="SettingException">They are fed by another.</exception>
    public static async Task ClaimAsync(SqliteEventLog log, CosmosEventLogClaim claim, CancellationToken cancellationToken)
    {
        if (!await claim.TryClaimAsync(await log.GetOrCreateIdAsync(cancellationToken), cancellationToken))
        {
            throw new SettingException(
                "The stores in Cosmos DB are fed by the event log of another data folder. Send events there, or use another database (Signals__Cosmos__Database).");
        }
    }
}
