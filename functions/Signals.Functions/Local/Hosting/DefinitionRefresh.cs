using Signals.Engine.Definitions;

namespace Signals.Functions.Local.Hosting;

/// <summary>Notices definitions that another process has changed in the same store, within half a second.</summary>
internal sealed class DefinitionRefresh(DefinitionRegistry registry, TimeProvider time, ILogger<DefinitionRefresh> logger)
    : PeriodicService(TimeSpan.FromMilliseconds(500), time, logger)
{
    /// <inheritdoc />
    protected override async Task RunOnceAsync(CancellationToken cancellationToken) => await registry.RefreshAsync(cancellationToken);
}
