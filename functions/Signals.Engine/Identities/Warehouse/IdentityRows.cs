using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>An event as the identity tables of a warehouse see it.</summary>
/// <param name="EventId">The event.</param>
/// <param name="AppId">Its <c>app_id</c>; empty when it has none.</param>
/// <param name="At">Its <c>derived_tstamp</c>.</param>
/// <param name="Id">The Snowplow ID of its identity entity.</param>
/// <param name="CreatedAt">The time in that entity.</param>
/// <param name="Identifiers">The identifiers that are to be mapped.</param>
public sealed record IdentifiedEvent(
    string EventId, string AppId, EventTime At, SnowplowId Id, EventTime CreatedAt, IReadOnlyList<Identifier> Identifiers);

/// <summary>A row of <c>identities</c>: when an id was on events (spec identities, 15.3 and 15.8).</summary>
/// <param name="Id">The id.</param>
/// <param name="CreatedAt">The time in the entity of its first event.</param>
/// <param name="First">Its first event.</param>
/// <param name="Last">Its last event.</param>
public sealed record IdentityRow(SnowplowId Id, EventTime CreatedAt, Sighting First, Sighting Last);

/// <summary>Something that was on an event. Ordered by time, then by event.</summary>
/// <param name="At">Time of the event.</param>
/// <param name="EventId">The event.</param>
/// <param name="AppId">Its <c>app_id</c>.</param>
public sealed record Sighting(EventTime At, string EventId, string AppId) : IComparable<Sighting>
{
    /// <inheritdoc />
    public int CompareTo(Sighting? other) => other is null ? 1
        : At != other.At ? At.CompareTo(other.At)
        : string.CompareOrdinal(EventId, other.EventId);
}

/// <summary>A row of <c>snowplow_id_mapping</c>: where an id went that was merged away (15.4).</summary>
/// <param name="Id">The merged id.</param>
/// <param name="ActiveId">The id that stands for it now.</param>
/// <param name="MergedAt">When it was merged.</param>
public sealed record MappingRow(SnowplowId Id, SnowplowId ActiveId, EventTime MergedAt);

/// <summary>A row of <c>id_changes</c> (15.5).</summary>
/// <param name="Id">The id after the change.</param>
/// <param name="PreviousId">The id before; null for a creation.</param>
/// <param name="EffectiveAt">When it took effect, in event time.</param>
/// <param name="EventId">The event that brought it about.</param>
/// <param name="AppId">The first app of the id that was created or absorbed.</param>
public sealed record ChangeRow(SnowplowId Id, SnowplowId? PreviousId, EventTime EffectiveAt, string EventId, string AppId);

/// <summary>A row of <c>id_mapping_scd</c>: what an id stood for in a span of event time (15.6).</summary>
/// <param name="Id">The id.</param>
/// <param name="ActiveId">What it stood for.</param>
/// <param name="EffectiveAt">From when.</param>
/// <param name="SupersededAt">Until before when; null for the row that holds now.</param>
/// <param name="IsMerge">False for the creation.</param>
public sealed record HistoryRow(SnowplowId Id, SnowplowId ActiveId, EventTime EffectiveAt, EventTime? SupersededAt, bool IsMerge);

/// <summary>A row of <c>identifier_mapping</c>: an identifier and a person that it belongs to (15.7).</summary>
/// <param name="ActiveId">The person.</param>
/// <param name="Type">The identifier type.</param>
/// <param name="Value">The value.</param>
/// <param name="First">When it was first seen with the person.</param>
/// <param name="Last">When it was last seen with the person.</param>
public sealed record IdentifierRow(SnowplowId ActiveId, string Type, string Value, Sighting First, Sighting Last);
