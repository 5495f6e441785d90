using Signals.Engine.Events;

namespace Signals.Api.Health;

/// <summary>Whether the event log takes what comes in.</summary>
internal sealed class StorageProbe(IEventSink sink) : IReadinessProbe
{
    public const string ProbeName = "storage";

    public string Name => ProbeName;

    public async ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        await sink.CheckAsync(cancellationToken);
        return new Readiness(true);
    }
}
