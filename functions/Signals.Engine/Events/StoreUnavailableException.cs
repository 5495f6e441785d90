namespace Signals.Engine.Events;

/// <summary>
/// A store did not answer, or asked to be left alone, and still did so after the store's own attempts. Nothing is wrong with what was
/// to be read or written: the caller holds what it has and tries again later.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="store">Which store, in words, for instance <c>Cosmos DB container profiles</c>.</param>
    /// <param name="retryAfter">How long the store asks to be left alone; null when it does not say.</param>
    /// <param name="innerException">What the client of the store said.</param>
    public StoreUnavailableException(string store, TimeSpan? retryAfter, Exception innerException)
        : base($"{store} is not available: {innerException.Message}", innerException) => RetryAfter = retryAfter;

    /// <summary>How long the store asks to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
