using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>What the HTTP API asks of the graph beside looking things up (<see cref="IdentityLookup"/>).</summary>
public interface IIdentityDirectory
{
    /// <summary>
    /// Resolves requests one after the other, which makes and merges identities; their merge events are published like those of events
    /// from the stream. One answer per request, in order.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store is away. Requests before may have been resolved; resolving again changes nothing.</exception>
    ValueTask<IReadOnlyList<ResolvedIdentity>> ResolveAsync(IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken);

    /// <summary>What a request would resolve to, without changing anything: the id is then the one that would be made, and <see cref="ResolvedIdentity.IsNew"/> is set.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    ValueTask<ResolvedIdentity> PreviewAsync(ResolutionRequest request, CancellationToken cancellationToken);

    /// <summary>Erases people with everything that is known of them (spec identities, 13).</summary>
    /// <exception cref="StoreUnavailableException">The store is away. Part of the work may be done; asking again does the rest.</exception>
    ValueTask<ErasureReport> EraseAsync(ErasureRequest request, CancellationToken cancellationToken);
}

/// <summary>What a request was resolved to.</summary>
public sealed record ResolvedIdentity
{
    /// <summary>The active id.</summary>
    public required SnowplowId Id { get; init; }

    /// <summary>When the id was created, by event time.</summary>
    public required EventTime CreatedAt { get; init; }

    /// <summary>What it stands for.</summary>
    public ProfileKind Kind { get; init; }

    /// <summary>True when the request made the id.</summary>
    public bool IsNew { get; init; }

    /// <summary>The ids that the request merged into it.</summary>
    public IReadOnlyList<SnowplowId> Merged { get; init; } = [];

    /// <summary>Why identities were kept apart: <c>unique_identifier_conflict</c>, <c>merge_limit_exceeded</c>, <c>identifier_limit_exceeded</c>; empty otherwise.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];
}

/// <summary>Whom to erase.</summary>
public sealed record ErasureRequest
{
    /// <summary>1 to 100 inputs.</summary>
    public required IReadOnlyList<ErasureInput> Inputs { get; init; }

    /// <summary>True to say what would be erased, and erase nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>True to erase by identifiers of several people, too.</summary>
    public bool IsForced { get; init; }

    /// <summary>Who asks: an API key id or <c>sandbox</c>; for the audit record.</summary>
    public required string Caller { get; init; }
}

/// <summary>One input of an erasure: exactly one member is set.</summary>
/// <param name="Identifier">An identifier as it is stored.</param>
/// <param name="Id">A Snowplow ID, active or not.</param>
public sealed record ErasureInput(Identifier? Identifier, SnowplowId? Id);

/// <summary>What came of one input.</summary>
public abstract record ErasureOutcome
{
    private ErasureOutcome()
    {
    }

    /// <summary>The person is erased, or would be.</summary>
    /// <param name="Ids">All Snowplow IDs of the person.</param>
    /// <param name="Identifiers">How many identifiers were deleted or lost links.</param>
    public sealed record Erased(IReadOnlyList<SnowplowId> Ids, int Identifiers) : ErasureOutcome;

    /// <summary>Nobody is known by it.</summary>
    public sealed record NotFound : ErasureOutcome;

    /// <summary>It was refused.</summary>
    /// <param name="Code">For instance <c>ambiguous_identifier</c>.</param>
    /// <param name="Message">Why, in words.</param>
    public sealed record Failed(string Code, string Message) : ErasureOutcome;
}

/// <summary>What came of an erasure.</summary>
/// <param name="OperationId">Names it in the audit record.</param>
/// <param name="Outcomes">One per input, in order.</param>
/// <param name="Ids">Number of different Snowplow IDs that are erased.</param>
/// <param name="Identifiers">Number of different identifiers that were deleted or lost links.</param>
public sealed record ErasureReport(string OperationId, IReadOnlyList<ErasureOutcome> Outcomes, int Ids, int Identifiers);
