namespace Signals.Api.Health;

/// <summary>What a readiness probe found.</summary>
/// <param name="Ready">Whether the part it looks at does its work.</param>
/// <param name="Detail">What is wrong, or worth knowing; null for nothing.</param>
public readonly record struct Readiness(bool Ready, string? Detail = null);

/// <summary>Looks whether one part of the application does its work. A host registers one for each of its background loops.</summary>
public interface IReadinessProbe
{
    /// <summary>What it looks at, for instance <c>streaming</c>.</summary>
    string Name { get; }

    /// <summary>Looks. An exception, or no answer within two seconds, counts as not ready.</summary>
    ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken);
}
