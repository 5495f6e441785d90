using Signals.Engine.Events;

namespace Signals.Api.Health;

/// <summary>Whether the storage answers: asks for the end of the event log.</summary>
internal sealed class StorageProbe(IEventLog log) : IReadinessProbe
{
    public const string ProbeName = "storage";

    public string Name => ProbeName;

    public async ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        await log.ReadEndAsync(0, cancellationToken);
        return new Readiness(true);
    }
}
