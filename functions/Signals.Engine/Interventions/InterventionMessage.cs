namespace Signals.Engine.Interventions;

/// <summary>Whom an intervention goes to: one identifier of an attribute key.</summary>
/// <param name="AttributeKey">Name of the attribute key.</param>
/// <param name="Identifier">The identifier.</param>
public readonly record struct InterventionTarget(string AttributeKey, string Identifier)
{
    private const int UuidLength = 36;

    /// <summary>
    /// The identifier as a UUID; false when it is none. Only UUIDs can be subscribed to, and their case does not matter
    /// (spec signals-api 11.1).
    /// </summary>
    public bool TryGetUuid(out Guid uuid)
    {
        uuid = default;
        // The parser forgives signs and prefixes within the groups, which the pattern of the specification does not.
        return Identifier.Length == UuidLength
            && Identifier.AsSpan().IndexOfAnyExcept("0123456789abcdefABCDEF-") < 0
            && Guid.TryParseExact(Identifier, "D", out uuid);
    }

    /// <summary>Whether both stand for the same: the same key and identifier, where the case of UUIDs does not matter.</summary>
    public bool IsSameAs(in InterventionTarget other) =>
        AttributeKey == other.AttributeKey
        && (Identifier == other.Identifier || (TryGetUuid(out var uuid) && other.TryGetUuid(out var otherUuid) && uuid == otherUuid));
}

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

    /// <summary>Whether its sender waits to hear what became of it: then every hub leaves a <see cref="DeliveryReceipt"/>.</summary>
    public bool WantsReceipt { get; init; }
}
