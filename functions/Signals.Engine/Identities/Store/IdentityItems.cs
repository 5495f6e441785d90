using System.Collections.Immutable;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>An item of the identity store. Items are never changed in place.</summary>
public abstract record IdentityItem
{
    /// <summary>The name of the item.</summary>
    public abstract IdentityItemKey Key { get; }
}

/// <summary>An identifier and the Snowplow IDs that it is linked to (spec identities, 6.1).</summary>
public sealed record IdentifierItem : IdentityItem
{
    /// <summary>Makes an identifier that is not linked yet.</summary>
    public IdentifierItem(IdentityItemKey key, string type, string value) => (Key, Type, Value) = (key, type, value);

    /// <inheritdoc />
    public override IdentityItemKey Key { get; }

    /// <summary>Name of the identifier type.</summary>
    public string Type { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>Usually one link; more after a conflict or at a limit. They stay where they are when a profile is merged away.</summary>
    public ImmutableArray<IdentityLink> Links { get; init; } = [];

    /// <summary>The id for anonymous events with this identifier, none while there was no conflict. Written once.</summary>
    public SnowplowId AnonymousId { get; init; }

    /// <summary>Last day of processing on which the value was seen, in days since 1970-01-01; 0 while its type has no time to live.</summary>
    public int LastSeenDay { get; init; }

    /// <summary>How many merges it caused of late; null while it caused none.</summary>
    public MergeGuard? Guard { get; init; }
}

/// <summary>Ties an identifier to a Snowplow ID.</summary>
/// <param name="Profile">The id as it was when the link was made; it may have been merged away since.</param>
/// <param name="At">Event time of the event that made the link.</param>
/// <param name="IsAlias">True when the value came from <c>refr_domain_userid</c>.</param>
public readonly record struct IdentityLink(SnowplowId Profile, EventTime At, bool IsAlias);

/// <summary>Counts the merges that one identifier value causes (spec identities, section 14).</summary>
/// <param name="Hour">The hour of processing that is counted, in hours since 1970-01-01.</param>
/// <param name="Merges">Merges in that hour.</param>
/// <param name="QuarantinedUntil">Until when the value is set aside; the default value when it is not.</param>
public sealed record MergeGuard(int Hour, int Merges, EventTime QuarantinedUntil);

/// <summary>What a Snowplow ID stands for. The numbers are stored; never renumber.</summary>
public enum ProfileKind : byte
{
    /// <summary>One person.</summary>
    Person = 0,

    /// <summary>Events of which nobody can say whose they are.</summary>
    Anonymous = 1,

    /// <summary>A person who is being erased: resolution treats the id as gone.</summary>
    Erased = 2,
}

/// <summary>The record behind one Snowplow ID (spec identities, 6.1 and 11.4).</summary>
public sealed record ProfileItem : IdentityItem
{
    /// <summary>The id.</summary>
    public required SnowplowId Id { get; init; }

    /// <inheritdoc />
    public override IdentityItemKey Key => IdentityItemKey.Profile(Id);

    /// <summary>What it stands for.</summary>
    public ProfileKind Kind { get; init; }

    /// <summary>Event time of the event that made it. Never changes.</summary>
    public required EventTime CreatedAt { get; init; }

    /// <summary>Id of the event that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Day of processing on which it was made, in days since 1970-01-01.</summary>
    public int CreatedOnDay { get; init; }

    /// <summary>Keys of the unique identifiers whose owner it is; none for an anonymous one, usually one at most.</summary>
    public ImmutableArray<IdentityItemKey> Owners { get; init; } = [];

    /// <summary>How it was merged away; null for a root. Its target is written once.</summary>
    public MergeRecord? Merge { get; init; }

    /// <summary>A merge that is under way and hands an owner over; null for none.</summary>
    public MergeIntent? Intent { get; init; }

    /// <summary>All ids that it absorbed, directly or through others. What is true of it is said of roots.</summary>
    public ImmutableArray<AbsorbedProfile> Children { get; init; } = [];

    /// <summary>Merge events that are not known to be published, oldest first.</summary>
    public ImmutableArray<PendingMerge> Pending { get; init; } = [];

    /// <summary>Number of the newest merge event; 0 while there was none.</summary>
    public int MergeEvents { get; init; }

    /// <summary>Identifiers linked to it and to what it absorbed; may lag behind where writes are not atomic.</summary>
    public int LinkedIdentifiers { get; init; }

    /// <summary>True when the identifier that the id is derived from was removed, so that the id is not given to its next sighting.</summary>
    public bool IsReleased { get; init; }

    /// <summary>True while it has not been merged away.</summary>
    public bool IsRoot => Merge is null;

    /// <summary>Whether it is older: by the time of creation, then by the text of the id (spec identities, 6.1).</summary>
    public bool IsOlderThan(ProfileItem other) =>
        CreatedAt != other.CreatedAt ? CreatedAt < other.CreatedAt : Id.CompareTo(other.Id) < 0;
}

/// <summary>How a profile was merged away.</summary>
/// <param name="Into">The older profile; follow on from there.</param>
/// <param name="At">Event time of the triggering event.</param>
/// <param name="EventId">The triggering event.</param>
/// <param name="AppId"><c>app_id</c> of the triggering event.</param>
/// <param name="IsRecorded">True when the children of the root name it and its own children.</param>
public sealed record MergeRecord(SnowplowId Into, EventTime At, string EventId, string AppId, bool IsRecorded);

/// <summary>A merge that has to hand an owner over before it can happen (spec identities, 11.5).</summary>
/// <param name="Into">The older profile.</param>
/// <param name="At">Event time of the triggering event.</param>
/// <param name="EventId">The triggering event.</param>
/// <param name="AppId"><c>app_id</c> of the triggering event.</param>
public sealed record MergeIntent(SnowplowId Into, EventTime At, string EventId, string AppId);

/// <summary>An id that was absorbed.</summary>
/// <param name="Id">The id.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="MergedAt">Event time of its own first merge.</param>
/// <param name="EventId">The event that triggered that merge.</param>
/// <param name="Number">The merge event of the present root that was the first to name it.</param>
public readonly record struct AbsorbedProfile(SnowplowId Id, EventTime CreatedAt, EventTime MergedAt, string EventId, int Number);

/// <summary>A merge event that has to be published.</summary>
/// <param name="Number">Its number at this root, from 1.</param>
/// <param name="EventId">The triggering event.</param>
/// <param name="AppId"><c>app_id</c> of the triggering event.</param>
/// <param name="RecordedAt">When the merge was recorded, by the clock of the resolver.</param>
public readonly record struct PendingMerge(int Number, string EventId, string AppId, EventTime RecordedAt);

/// <summary>Why an id is gone. The numbers are stored; never renumber.</summary>
public enum TombstoneReason : byte
{
    /// <summary>None of its identifiers was seen for longer than their time to live.</summary>
    TimeToLive = 1,

    /// <summary>The person was erased.</summary>
    Erasure = 2,
}

/// <summary>Remembers that an id is gone, and nothing else.</summary>
/// <param name="Id">The id.</param>
/// <param name="Reason">Why it is gone.</param>
/// <param name="Day">Day of its removal, in days since 1970-01-01.</param>
public sealed record IdentityTombstone(SnowplowId Id, TombstoneReason Reason, int Day) : IdentityItem
{
    /// <inheritdoc />
    public override IdentityItemKey Key => IdentityItemKey.Tombstone(Id);
}
