namespace Signals.Engine.Definitions;

/// <summary>An attribute key: the kind of identifier that attribute values are stored against (spec signals-api 3.2).</summary>
public sealed record AttributeKeyDefinition
{
    /// <summary>Object name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it, echoed unchanged.</summary>
    public string? Owner { get; init; }

    /// <summary>Deprecated: the atomic column that holds the identifier.</summary>
    public string? Key { get; init; }

    /// <summary>Where the identifier stands in an event.</summary>
    public PropertyDefinition? Property { get; init; }

    /// <summary>Warehouse column with the identifier.</summary>
    public string? ExternalColumn { get; init; }

    /// <summary>Lifetime of values when neither group nor attribute sets one.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Whether it is live.</summary>
    public bool IsPublished { get; init; }
}
