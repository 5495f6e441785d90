using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>How an event came to its Snowplow ID (spec identities, 6.7).</summary>
public enum ResolutionOutcome
{
    /// <summary>It has none: no identifier was left.</summary>
    None,

    /// <summary>All its identifiers were linked already.</summary>
    Existing,

    /// <summary>Identifiers were linked to an id that existed.</summary>
    Linked,

    /// <summary>A new id was made.</summary>
    New,

    /// <summary>Ids were merged.</summary>
    Merged,

    /// <summary>Nobody can say whose event it is.</summary>
    Anonymous,

    /// <summary>The store could not be asked: the id was derived, and the event waits for reconciliation.</summary>
    Fallback,
}

/// <summary>What else is to be said of a resolution.</summary>
[Flags]
public enum ResolutionReasons
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A merge was left out because the survivor has absorbed as many ids as it may.</summary>
    MergeLimitExceeded = 1,

    /// <summary>A link was left out because the person has as many identifiers as it may.</summary>
    IdentifierLimitExceeded = 2,

    /// <summary>Different owners met; they were not merged.</summary>
    UniqueIdentifierConflict = 4,

    /// <summary>A link was left out because the identifier belongs to as many people as it may.</summary>
    HubIdentifier = 8,

    /// <summary>An identifier was left out because it caused too many merges of late.</summary>
    QuarantinedIdentifier = 16,
}

/// <summary>Owners that met on one event.</summary>
/// <param name="IsAnonymous">True when the event asserts nobody and got an anonymous id; false when it belongs to the owner it asserts.</param>
/// <param name="Roots">For an anonymous event the roots between which it stands, otherwise the roots of the other owners.</param>
public sealed record IdentityConflict(bool IsAnonymous, IReadOnlyList<SnowplowId> Roots);

/// <summary>What identity resolution says of one event.</summary>
/// <param name="Id">The id; none when <paramref name="Outcome"/> says so.</param>
/// <param name="CreatedAt">When the id was created; for a fallback id the time of the event.</param>
/// <param name="Outcome">How it came about.</param>
/// <param name="Reasons">What else is to be said.</param>
public readonly record struct ResolutionResult(SnowplowId Id, EventTime CreatedAt, ResolutionOutcome Outcome, ResolutionReasons Reasons)
{
    private readonly ResolutionDetails? _details;

    /// <summary>The ids that the event made the survivor absorb, in age order.</summary>
    public IReadOnlyList<SnowplowId> Merged => _details?.Merged ?? [];

    /// <summary>
    /// Merge events to be written before the event's position is left behind, then handed to <see cref="IdentityResolver.MarkPublishedAsync"/>.
    /// A repeated event brings those again that are not known to be published.
    /// </summary>
    public IReadOnlyList<MergeEvent> MergeEvents => _details?.MergeEvents ?? [];

    /// <summary>The owners that met; null when none did.</summary>
    public IdentityConflict? Conflict => _details?.Conflict;

    /// <summary>The names of <see cref="Reasons"/>, as they stand in decisions and answers.</summary>
    public IReadOnlyList<string> ReasonNames => Reasons == ResolutionReasons.None ? [] : [.. IdentityText.Names(Reasons)];

    /// <summary>True when the event gave its id, or an anonymous one, its existence.</summary>
    public bool IsNew => _details?.IsNew ?? false;

    internal ResolutionDetails? Details
    {
        init => _details = value;
    }
}

/// <summary>What few results have.</summary>
internal sealed record ResolutionDetails
{
    public IReadOnlyList<SnowplowId> Merged { get; init; } = [];

    public IReadOnlyList<MergeEvent> MergeEvents { get; init; } = [];

    public IdentityConflict? Conflict { get; init; }

    public bool IsNew { get; init; }
}
