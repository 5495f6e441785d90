using Signals.Engine.Definitions;

namespace Signals.Functions.Hosting;

/// <summary>Notices definitions that another process has changed in the same store.</summary>
internal sealed class DefinitionRefresh(DefinitionRegistry registry, TimeSpan period, TimeProvider time, ILogger<DefinitionRefresh> logger)
    : PeriodicService(period, time, logger)
{
    /// <inheritdoc />
    protected override async Task RunOnceAsync(CancellationToken cancellationToken) => await registry.RefreshAsync(cancellationToken);
}
