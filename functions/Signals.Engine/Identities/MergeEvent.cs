using System.Collections.Immutable;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Says which ids a person has absorbed so far (spec identities, 7.2). Made from the stored profile alone, so that whoever makes it
/// again makes the same.
/// </summary>
public sealed record MergeEvent
{
    /// <summary>The survivor.</summary>
    public required SnowplowId Id { get; init; }

    /// <summary>When the survivor was created.</summary>
    public required EventTime CreatedAt { get; init; }

    /// <summary>All ids ever merged into the survivor, in ascending order of their texts.</summary>
    public required ImmutableArray<AbsorbedProfile> Merged { get; init; }

    /// <summary>Which of the survivor's merge events it is.</summary>
    public required int Number { get; init; }

    /// <summary>Derived from the content: the same content has the same event id.</summary>
    public required string EventId { get; init; }

    /// <summary><c>app_id</c> of the triggering event; empty when it had none.</summary>
    public required string AppId { get; init; }

    /// <summary>When the merge was recorded; becomes <c>collector_tstamp</c>.</summary>
    public required EventTime RecordedAt { get; init; }

    /// <summary>The greatest merge time among the ids that are named for the first time; becomes <c>derived_tstamp</c>.</summary>
    public required EventTime MergedAt { get; init; }

    /// <summary>The merge event that a profile owes.</summary>
    internal static MergeEvent Of(ProfileItem profile, PendingMerge pending)
    {
        var merged = profile.Children
            .Where(child => child.Number <= pending.Number)
            .OrderBy(child => child.Id)
            .ToImmutableArray();
        return new MergeEvent
        {
            Id = profile.Id,
            CreatedAt = profile.CreatedAt,
            Merged = merged,
            Number = pending.Number,
            EventId = SnowplowIdDerivation.MergeEventId(profile.Id, merged.Select(child => child.Id)),
            AppId = pending.AppId,
            RecordedAt = pending.RecordedAt,
            MergedAt = merged.Where(child => child.Number == pending.Number).Max(child => child.MergedAt),
        };
    }
}
