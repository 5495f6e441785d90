using System.Collections.Immutable;

namespace Signals.Engine.Definitions;

/// <summary>All definitions at one moment, immutable. Engines and readers take one snapshot and work with it to the end.</summary>
public sealed record DefinitionSnapshot
{
    /// <summary>Revision of the store that it was made from.</summary>
    public long Revision { get; init; }

    /// <summary>When the last publish or unpublish happened, UTC; null when there was none.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Attribute keys by name, the built-in ones included.</summary>
    public ImmutableSortedDictionary<string, AttributeKeyDefinition> AttributeKeys { get; init; } =
        ImmutableSortedDictionary.Create<string, AttributeKeyDefinition>(StringComparer.Ordinal);

    /// <summary>All versions of all attribute groups.</summary>
    public ImmutableDictionary<VersionedName, AttributeGroupDefinition> AttributeGroups { get; init; } =
        ImmutableDictionary<VersionedName, AttributeGroupDefinition>.Empty;

    /// <summary>Services by name.</summary>
    public ImmutableSortedDictionary<string, ServiceDefinition> Services { get; init; } =
        ImmutableSortedDictionary.Create<string, ServiceDefinition>(StringComparer.Ordinal);

    /// <summary>All versions of all interventions.</summary>
    public ImmutableDictionary<VersionedName, InterventionDefinition> Interventions { get; init; } =
        ImmutableDictionary<VersionedName, InterventionDefinition>.Empty;

    /// <summary>
    /// The attribute key of a group as it is registered, whatever the group itself says about it; as the group has it when
    /// there is no such key, which only happens to drafts.
    /// </summary>
    public AttributeKeyDefinition KeyOf(AttributeGroupDefinition group) =>
        AttributeKeys.GetValueOrDefault(group.AttributeKey.Name, group.AttributeKey);
}

/// <summary>Gives the definitions in force. Reading is a field access: no storage is touched.</summary>
public interface IDefinitionSource
{
    /// <summary>The snapshot in force.</summary>
    DefinitionSnapshot Current { get; }
}
