namespace Signals.Engine.Interventions;

/// <summary>Whom an intervention goes to: one identifier of an attribute key.</summary>
/// <param name="AttributeKey">Name of the attribute key.</param>
/// <param name="Identifier">The identifier.</param>
public readonly record struct InterventionTarget(string AttributeKey, string Identifier);

/// <summary>What becomes of an intervention that was decided.</summary>
public enum InterventionDecision
{
    /// <summary>It is delivered.</summary>
    Deliver = 0,

    /// <summary>Its target is in the hold-out: it is recorded, not delivered.</summary>
    HeldOut = 1,
}

/// <summary>An intervention for one target (spec signals-api 11.2). The same id goes to all targets of one trigger.</summary>
public sealed record InterventionMessage
{
    /// <summary>Derived from what caused it, so that a repetition is the same id.</summary>
    public required Guid InterventionId { get; init; }

    /// <summary>Name of the intervention.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the intervention.</summary>
    public required int Version { get; init; }

    /// <summary>Attribute values as JSON text; never null.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Whom it goes to.</summary>
    public required InterventionTarget Target { get; init; }

    /// <summary>Delivered or held out.</summary>
    public InterventionDecision Decision { get; init; }

    /// <summary>When it was decided, UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>From when on it is not delivered any more, UTC; null for no limit of its own.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
