using Signals.Engine.Identities;

namespace Signals.Functions.Hosting;

/// <summary>Replays events with fallback ids and looks after the identity graph, in small pieces, where no trigger does.</summary>
internal sealed class IdentityUpkeepService(IdentityUpkeep upkeep, TimeProvider time, ILogger<IdentityUpkeepService> logger)
    : PeriodicService(TimeSpan.FromSeconds(1), time, logger)
{
    /// <inheritdoc />
    protected override async Task RunOnceAsync(CancellationToken cancellationToken) => await upkeep.RunAsync(cancellationToken);
}
