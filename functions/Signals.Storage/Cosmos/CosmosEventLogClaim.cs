namespace Signals.Storage.Cosmos;

/// <summary>
/// Binds the stores to the one event log that feeds them, where logs are not numbered by a setting. Profiles remember what they have taken in by
/// its position in the log: events of a second log would look like events seen before, and be lost without a word.
/// </summary>
/// <param name="account">The account.</param>
public sealed class CosmosEventLogClaim(CosmosAccount account)
{
    private const string Id = "event-log";

    private readonly CosmosContainer _container = account.Container(CosmosContainers.Leases);

    /// <summary>Claims the stores for a log. False when another log has them; a claim lasts as long as the database.</summary>
    public async ValueTask<bool> TryClaimAsync(Guid log, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is { } known)
            return known == log;
        await _container.CreateAsync(Id, CosmosItem.Write(Id, Id, log, static (json, log) => json.WriteString("log", log)), cancellationToken);
        // Whoever came first has them, this log or another.
        return await ReadAsync(cancellationToken) == log;
    }

    private async Task<Guid?> ReadAsync(CancellationToken cancellationToken) =>
        await _container.ReadAsync(Id, Id, cancellationToken) is { } item ? item.Parse().GetProperty("log").GetGuid() : null;
}
