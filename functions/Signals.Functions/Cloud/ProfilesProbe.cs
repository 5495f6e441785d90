using Signals.Api.Health;
using Signals.Engine.Attributes;

namespace Signals.Functions.Cloud;

/// <summary>Whether the Profiles Store answers: asks for a profile that nobody can have.</summary>
internal sealed class ProfilesProbe(IProfileStore profiles) : IReadinessProbe
{
    private static readonly ProfileKey[] Nobody = [new("$probe", "nobody")];

    /// <inheritdoc />
    public string Name => "profiles";

    /// <inheritdoc />
    public async ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        await profiles.ReadAsync(Nobody, cancellationToken);
        return new Readiness(true);
    }
}
