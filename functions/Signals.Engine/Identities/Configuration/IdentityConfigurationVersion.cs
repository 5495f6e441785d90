namespace Signals.Engine.Identities;

/// <summary>One version of the configuration, and how it came about.</summary>
/// <param name="Configuration">The configuration, with the number of the version.</param>
/// <param name="Author">Who published it: an API key id, <c>sandbox</c>, or <c>file</c>.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Changes">What differs from the version before.</param>
public sealed record IdentityConfigurationVersion(
    IdentityConfiguration Configuration, string Author, DateTimeOffset At, IReadOnlyList<ConfigurationChange> Changes);

/// <summary>One difference between two versions.</summary>
/// <param name="Path">The member, for instance <c>identifiers.user_id.priority</c>.</param>
/// <param name="Before">Its JSON before, at most <see cref="MaxLength"/> characters of it; null when it was not there.</param>
/// <param name="After">Its JSON after; null when it is not there any more.</param>
public sealed record ConfigurationChange(string Path, string? Before, string? After)
{
    /// <summary>Longer values are cut.</summary>
    public const int MaxLength = 1000;
}
