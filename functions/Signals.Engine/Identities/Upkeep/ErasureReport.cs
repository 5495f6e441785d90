namespace Signals.Engine.Identities;

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
