namespace Signals.Engine.Attributes;

/// <summary>
/// A profile has grown beyond what the store takes. Trying again does not help: the events that would make it grow further cannot be
/// folded, and become dead letters.
/// </summary>
public sealed class ProfileTooLargeException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The profile.</param>
    /// <param name="bytes">Size of the state that was to be written.</param>
    /// <param name="innerException">What the client of the store said; null when the store knew by itself.</param>
    public ProfileTooLargeException(ProfileKey key, int bytes, Exception? innerException = null)
        : base($"Profile {key.AttributeKey}={key.Identifier} is too large for the store: {bytes:N0} bytes.", innerException) => Key = key;

    /// <summary>The profile.</summary>
    public ProfileKey Key { get; }
}
