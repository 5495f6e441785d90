using System.Collections.Immutable;

namespace Signals.Engine.Identities;

/// <summary>What is to be done for one event, by the graph as it was when the decision was made.</summary>
internal sealed class Decision
{
    public required ResolutionOutcome Outcome { get; set; }

    public ResolutionReasons Reasons { get; set; }

    /// <summary>The profile that the event belongs to; to be created first when <see cref="Creates"/> says so.</summary>
    public ProfileItem? Survivor { get; init; }

    /// <summary>True when the survivor does not exist yet.</summary>
    public bool Creates { get; init; }

    /// <summary>True when the survivor is created for a fallback id, and the event has to be decided again after that.</summary>
    public bool IsPreparation { get; init; }

    /// <summary>Roots to be merged into the survivor, oldest first.</summary>
    public ImmutableArray<ProfileItem> Absorbed { get; set; } = [];

    /// <summary>Merged profiles on the way that have merge events to publish.</summary>
    public ImmutableArray<ProfileItem> Owing { get; set; } = [];

    /// <summary>The unique identifier that the survivor comes to own; null for none.</summary>
    public IdentityItemKey? Claims { get; init; }

    /// <summary>Identifiers to be linked to the survivor.</summary>
    public List<KnownIdentifier> Links { get; } = [];

    /// <summary>Identifiers that get the survivor as their anonymous id.</summary>
    public List<KnownIdentifier> Marks { get; } = [];

    /// <summary>Linked identifiers whose last sighting or merge guard is out of date.</summary>
    public List<KnownIdentifier> Touches { get; } = [];

    public IdentityConflict? Conflict { get; init; }

    /// <summary>True when nothing has to be written.</summary>
    public bool IsReadOnly => !Creates && Absorbed.IsEmpty && Claims is null && Links.Count == 0 && Marks.Count == 0 && Touches.Count == 0;

    /// <summary>The identifiers of which anything is to be written, each once.</summary>
    public IEnumerable<KnownIdentifier> Changed()
    {
        foreach (var identifier in Links)
            yield return identifier;
        foreach (var identifier in Marks)
            yield return identifier;
        foreach (var identifier in Touches)
        {
            if (!Links.Contains(identifier) && !Marks.Contains(identifier))
                yield return identifier;
        }
    }

    /// <summary>What is said of an event that belongs to nobody.</summary>
    public ResolutionResult ToResult() => new(default, default, Outcome, Reasons);

    /// <summary>What is said of the event once the decision is carried out.</summary>
    /// <param name="root">The profile that the event belongs to, as it is then.</param>
    /// <param name="eventId">The event: merge events that it triggered and that are not known to be published come along.</param>
    /// <param name="merged">The ids that it caused to be merged.</param>
    /// <param name="isNew">Whether it made the profile.</param>
    public ResolutionResult ToResult(ProfileItem root, string eventId, IReadOnlyList<SnowplowId> merged, bool isNew)
    {
        var result = new ResolutionResult(root.Id, root.CreatedAt, Outcome, Reasons);
        ImmutableArray<MergeEvent> events = root.Pending.IsEmpty && Owing.IsEmpty ? [] : [.. Owing.Append(root).SelectMany(owing => OwedFor(owing, eventId))];
        if (merged.Count == 0 && events.IsEmpty && Conflict is null && !isNew)
            return result;
        return result with { Details = new ResolutionDetails { Merged = merged, MergeEvents = events, Conflict = Conflict, IsNew = isNew } };
    }

    private static IEnumerable<MergeEvent> OwedFor(ProfileItem profile, string eventId) =>
        profile.Pending.Where(pending => pending.EventId == eventId).Select(pending => MergeEvent.Of(profile, pending));
}

/// <summary>An identifier of an event and what the graph knows of it.</summary>
internal sealed class KnownIdentifier(Identifier identifier, IdentityItemKey key, IdentifierItem? item)
{
    public Identifier Identifier { get; } = identifier;

    public IdentityItemKey Key { get; } = key;

    /// <summary>Its item; null when it was never seen.</summary>
    public IdentifierItem? Item { get; } = item;

    /// <summary>The distinct roots of its links.</summary>
    public IReadOnlyList<ProfileItem> Roots { get; private set; } = [];

    public void AddRoot(ProfileItem root)
    {
        if (!Roots.Contains(root))
            Roots = [.. Roots, root];
    }

    /// <summary>True when its roots belong to different owners.</summary>
    public bool IsAmbiguous => Roots.Count > 1 && ProfileOwners.AnyConflict(Roots);
}

/// <summary>Questions about owners.</summary>
internal static class ProfileOwners
{
    /// <summary>True when both have owners and share none.</summary>
    public static bool Conflict(ProfileItem one, ProfileItem other)
    {
        if (one.Owners.IsEmpty || other.Owners.IsEmpty)
            return false;
        foreach (var owner in one.Owners)
        {
            if (other.Owners.Contains(owner))
                return false;
        }
        return true;
    }

    /// <summary>True when two of them conflict.</summary>
    public static bool AnyConflict(IReadOnlyList<ProfileItem> profiles)
    {
        for (var i = 1; i < profiles.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Conflict(profiles[i], profiles[j]))
                    return true;
            }
        }
        return false;
    }
}
