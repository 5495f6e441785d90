namespace Signals.Engine.Identities;

/// <summary>
/// Looks at recent events on graphs of their own, in memory: how good identifiers are, and what another configuration would do. One look at a
/// time; others wait. Nothing in the identity store is read or changed.
/// </summary>
/// <param name="events">Recent events.</param>
/// <param name="time">The clock.</param>
public sealed class IdentityTrials(IRecentEvents events, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Compares what two configurations make of the same events.</summary>
    public Task<TrialReport> CompareAsync(
        IdentityConfiguration active, IdentityConfiguration candidate, TrialOptions options, CancellationToken cancellationToken) =>
        TakeTurnAsync(options, lines => ConfigurationTrial.RunAsync(lines, active, candidate, options, time.GetUtcNow(), cancellationToken), cancellationToken);

    /// <summary>Measures the identifiers of a configuration.</summary>
    public Task<HealthReport> MeasureAsync(IdentityConfiguration configuration, TrialOptions options, CancellationToken cancellationToken) =>
        TakeTurnAsync(options, lines => IdentifierHealth.MeasureAsync(lines, configuration, options, time.GetUtcNow(), cancellationToken), cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<T> TakeTurnAsync<T>(TrialOptions options, Func<IReadOnlyList<ReadOnlyMemory<byte>>, Task<T>> look, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await look(await events.ReadAsync(options.Events, options.Bytes, cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }
}
