using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>An event that got a fallback id and waits for the store (spec identities, 9.3).</summary>
/// <param name="Request">What the event asked; its fallback id is set.</param>
/// <param name="ConfigurationVersion">The configuration that was in force.</param>
/// <param name="EnqueuedAt">When it was put here.</param>
public sealed record DeferredEvent(ResolutionRequest Request, long ConfigurationVersion, EventTime EnqueuedAt);

/// <summary>A deferred event as the queue holds it.</summary>
/// <param name="Sequence">Its place in the queue.</param>
/// <param name="Event">The event.</param>
public readonly record struct QueuedEvent(long Sequence, DeferredEvent Event);

/// <summary>Where events with fallback ids wait. On Azure this is an event hub of its own.</summary>
public interface IDeferredEvents
{
    /// <summary>Puts events into the queue durably, in order.</summary>
    /// <exception cref="StoreUnavailableException">The queue does not take them; some may be in it. The caller holds the events back.</exception>
    ValueTask AppendAsync(IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken);
}

/// <summary>A queue that is read by whoever asks for it.</summary>
public interface IDeferredQueue : IDeferredEvents
{
    /// <summary>The oldest events, in order; they stay until they are removed.</summary>
    ValueTask<IReadOnlyList<QueuedEvent>> ReadAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Removes events that were replayed, or whose person was erased.</summary>
    ValueTask RemoveAsync(IReadOnlyList<long> sequences, CancellationToken cancellationToken);
}
