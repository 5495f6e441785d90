namespace Signals.Engine.Identities;

/// <summary>What a scan of the identity store looks for.</summary>
public enum IdentityScanKind
{
    /// <summary>Everything of one kind.</summary>
    All,

    /// <summary>Profiles whose merge is not recorded at their root yet, or that wait for an owner to be handed over.</summary>
    UnfinishedMerges,

    /// <summary>Profiles with merge events that are not known to be published.</summary>
    PendingMerges,

    /// <summary>Identifiers that have a link to a Snowplow ID, or whose anonymous id it is.</summary>
    LinkedTo,

    /// <summary>Identifiers of one type that were last seen on a day or before; not those that have no day.</summary>
    LastSeenUntil,

    /// <summary>Profiles that were made on one day of processing.</summary>
    CreatedOn,
}

/// <summary>A question to the identity store that names no keys.</summary>
public readonly record struct IdentityScan
{
    /// <summary>What is looked for.</summary>
    public required IdentityScanKind Looks { get; init; }

    /// <summary>Which items.</summary>
    public required IdentityItemKind Of { get; init; }

    /// <summary>The Snowplow ID of <see cref="IdentityScanKind.LinkedTo"/>.</summary>
    public SnowplowId Profile { get; init; }

    /// <summary>The type of <see cref="IdentityScanKind.LastSeenUntil"/>.</summary>
    public string? Type { get; init; }

    /// <summary>The day of <see cref="IdentityScanKind.LastSeenUntil"/> and <see cref="IdentityScanKind.CreatedOn"/>, in days since 1970-01-01.</summary>
    public int Day { get; init; }

    /// <summary>Everything of one kind.</summary>
    public static IdentityScan All(IdentityItemKind kind) => new() { Looks = IdentityScanKind.All, Of = kind };

    /// <summary>Profiles whose merge has steps to go.</summary>
    public static IdentityScan UnfinishedMerges { get; } = new() { Looks = IdentityScanKind.UnfinishedMerges, Of = IdentityItemKind.Profile };

    /// <summary>Profiles with merge events to publish.</summary>
    public static IdentityScan PendingMerges { get; } = new() { Looks = IdentityScanKind.PendingMerges, Of = IdentityItemKind.Profile };

    /// <summary>The identifiers of a Snowplow ID.</summary>
    public static IdentityScan LinkedTo(SnowplowId profile) =>
        new() { Looks = IdentityScanKind.LinkedTo, Of = IdentityItemKind.Identifier, Profile = profile };

    /// <summary>Identifiers of a type that were last seen on a day or before.</summary>
    public static IdentityScan LastSeenUntil(string type, int day) =>
        new() { Looks = IdentityScanKind.LastSeenUntil, Of = IdentityItemKind.Identifier, Type = type, Day = day };

    /// <summary>Profiles that were made on a day.</summary>
    public static IdentityScan CreatedOn(int day) => new() { Looks = IdentityScanKind.CreatedOn, Of = IdentityItemKind.Profile, Day = day };

    /// <summary>Whether an item is what is looked for.</summary>
    public bool Matches(IdentityItem item)
    {
        if (item.Key.Kind != Of)
            return false;
        var index = IdentityIndex.Of(item);
        return Looks switch
        {
            IdentityScanKind.UnfinishedMerges => index.IsUnfinished,
            IdentityScanKind.PendingMerges => index.HasPendingMerges,
            IdentityScanKind.LinkedTo => index.Profiles.Contains(Profile),
            IdentityScanKind.LastSeenUntil => index.Type == Type && index.LastSeenDay > 0 && index.LastSeenDay <= Day,
            IdentityScanKind.CreatedOn => index.CreatedOnDay == Day,
            _ => true,
        };
    }
}

/// <summary>What a store keeps of an item beside its stored form, so that scans and counts can be answered.</summary>
public readonly record struct IdentityIndex
{
    /// <summary>The identifier type; null for a profile or tombstone.</summary>
    public string? Type { get; private init; }

    /// <summary>The Snowplow IDs that an identifier is linked to and its anonymous id, each once; empty for a profile or tombstone.</summary>
    public IReadOnlyList<SnowplowId> Profiles { get; private init; }

    /// <summary>Last day on which an identifier was seen; 0 for none.</summary>
    public int LastSeenDay { get; private init; }

    /// <summary>Day on which a profile was made; 0 for an identifier or tombstone.</summary>
    public int CreatedOnDay { get; private init; }

    /// <summary>True for a profile that has not been merged away.</summary>
    public bool IsRoot { get; private init; }

    /// <summary>True for an anonymous profile.</summary>
    public bool IsAnonymous { get; private init; }

    /// <summary>True for a profile whose merge has steps to go.</summary>
    public bool IsUnfinished { get; private init; }

    /// <summary>True for a profile with merge events to publish.</summary>
    public bool HasPendingMerges { get; private init; }

    /// <summary>What is to be kept of an item.</summary>
    public static IdentityIndex Of(IdentityItem item) => item switch
    {
        IdentifierItem identifier => new()
        {
            Type = identifier.Type,
            Profiles = ProfilesOf(identifier),
            LastSeenDay = identifier.LastSeenDay,
        },
        ProfileItem profile => new()
        {
            Profiles = [],
            CreatedOnDay = profile.CreatedOnDay,
            IsRoot = profile.IsRoot,
            IsAnonymous = profile.Kind == ProfileKind.Anonymous,
            IsUnfinished = profile is { Merge.IsRecorded: false } or { Intent: not null },
            HasPendingMerges = !profile.Pending.IsEmpty,
        },
        _ => new() { Profiles = [] },
    };

    private static IReadOnlyList<SnowplowId> ProfilesOf(IdentifierItem identifier)
    {
        if (identifier.Links.Length == 1 && identifier.AnonymousId.IsNone)
            return [identifier.Links[0].Profile];
        var profiles = identifier.Links.Select(link => link.Profile);
        return [.. (identifier.AnonymousId.IsNone ? profiles : profiles.Append(identifier.AnonymousId)).Distinct()];
    }
}
