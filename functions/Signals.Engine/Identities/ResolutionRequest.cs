using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>What one event asks the identity graph.</summary>
public sealed record ResolutionRequest
{
    /// <summary>Id of the event, at most 36 characters; becomes <c>triggering_event_id</c> of the merges that it causes.</summary>
    public required string EventId { get; init; }

    /// <summary>Event time by spec identities, 6.2: already limited to five minutes after processing time.</summary>
    public required EventTime Time { get; init; }

    /// <summary><c>app_id</c> of the event; empty when it has none.</summary>
    public string AppId { get; init; } = "";

    /// <summary>
    /// The identifiers with distinct (type, value), at least one, in the order of spec identities, section 4: priority descending,
    /// own before alias, configuration order. The first one leads.
    /// </summary>
    public required IReadOnlyList<Identifier> Identifiers { get; init; }

    /// <summary>The event's own value of the unique type, which is then among the identifiers; null when it asserts nobody.</summary>
    public string? UniqueValue { get; init; }

    /// <summary>The fallback id that the event was stamped with when it is replayed; none otherwise.</summary>
    public SnowplowId FallbackId { get; init; }
}
