using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>How long interventions are kept.</summary>
public sealed record SqliteInterventionOutboxOptions
{
    /// <summary>
    /// Age at which an entry may go; at least <see cref="IInterventionOutbox.Retention"/>. Default one day: as long as that, the
    /// decisions can be read, and an intervention that is handed out again after a crash is recognised.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(1);
}
