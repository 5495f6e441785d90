namespace Signals.Engine.Definitions;

/// <summary>An unversioned bundle of group versions for reading (spec signals-api 5.1).</summary>
public sealed record ServiceDefinition
{
    /// <summary>Object name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it, echoed unchanged.</summary>
    public string? Owner { get; init; }

    /// <summary>1 to 100 group versions, in the order of the answer's columns.</summary>
    public required IReadOnlyList<VersionedName> AttributeGroups { get; init; }

    /// <summary>Whether it can be read.</summary>
    public bool IsPublished { get; init; }
}
