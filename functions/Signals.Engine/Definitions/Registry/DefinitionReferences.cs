namespace Signals.Engine.Definitions;

/// <summary>A kind of definition that can be published and unpublished by reference (spec signals-api 7.1).</summary>
/// <param name="Member">Name of its list in the request.</param>
/// <param name="Words">What people call it.</param>
/// <param name="IsVersioned">Whether a reference needs a version.</param>
public sealed record ReferenceKind(string Member, string Words, bool IsVersioned)
{
    /// <summary>Attribute keys.</summary>
    public static ReferenceKind AttributeKey { get; } = new("attribute_keys", "attribute key", false);

    /// <summary>Attribute groups.</summary>
    public static ReferenceKind AttributeGroup { get; } = new("attribute_groups", "attribute group", true);

    /// <summary>Services.</summary>
    public static ReferenceKind Service { get; } = new("services", "service", false);

    /// <summary>Interventions.</summary>
    public static ReferenceKind Intervention { get; } = new("interventions", "intervention", true);

    /// <summary>Event logs, which the product calls agentic contexts.</summary>
    public static ReferenceKind EventLog { get; } = new("event_logs", "event log", false);

    /// <summary>Agentic attributes.</summary>
    public static ReferenceKind AgenticAttribute { get; } = new("agentic_attributes", "agentic attribute", false);

    /// <summary>All kinds, in the order in which clients send them.</summary>
    public static IReadOnlyList<ReferenceKind> All { get; } = [AttributeKey, AttributeGroup, Service, Intervention, EventLog, AgenticAttribute];
}

/// <summary>Names one definition in a request.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name and version; version 0 for kinds without.</param>
/// <param name="Path">Where the request names it.</param>
public sealed record DefinitionReference(ReferenceKind Kind, VersionedName Id, FieldPath Path);

/// <summary>What is to be published or unpublished together.</summary>
public sealed record DefinitionReferences(IReadOnlyList<DefinitionReference> All);
