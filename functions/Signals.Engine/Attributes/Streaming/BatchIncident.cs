using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What the runner of batches does about a failure.</summary>
public enum BatchIncidentKind
{
    /// <summary>A store is away: it waits, and tries again for as long as that lasts.</summary>
    Held,

    /// <summary>It tries the same records again after a pause.</summary>
    Retried,

    /// <summary>It goes on with the first half of the records and the second half, each by itself.</summary>
    Split,

    /// <summary>It has kept a single record as a dead letter, and goes on after it.</summary>
    DeadLettered,
}

/// <summary>A failure on the way through a batch, and what is done about it.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="First">Position of the first record concerned.</param>
/// <param name="Records">Number of records concerned.</param>
/// <param name="Pause">How long it waits before it goes on; zero when it does not wait.</param>
/// <param name="Error">The failure.</param>
public sealed record BatchIncident(BatchIncidentKind Kind, LogPosition First, int Records, TimeSpan Pause, Exception Error);
