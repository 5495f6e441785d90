using Signals.Engine.Attributes;
using Signals.Functions.Hosting;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>Keeps the store small: drops expired profiles and the finished part of the event log, in small steps between other writes.</summary>
internal sealed class Housekeeping(SqliteEventLog log, IProfileStore profiles, TimeProvider time, ILogger<Housekeeping> logger)
    : PeriodicService(TimeSpan.FromSeconds(1), time, logger)
{
    private const int ProfilesPerStep = 500;

    /// <inheritdoc />
    protected override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await log.RemoveFinishedAsync(cancellationToken) > 0)
        {
        }
        while (await profiles.RemoveExpiredAsync(ProfilesPerStep, cancellationToken) == ProfilesPerStep)
        {
        }
    }
}
