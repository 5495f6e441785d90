using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Answer of everything that has nothing else to say.</summary>
internal sealed record OkResponse(bool Ok)
{
    public static OkResponse Instance { get; } = new(true);
}

/// <summary>Answer of publishing and unpublishing.</summary>
internal sealed record PublishResponse(string Status);

/// <summary>What is to be published or unpublished (spec signals-api 7.1).</summary>
internal sealed record PublishRequest(
    IReadOnlyList<NameReference>? AttributeKeys,
    IReadOnlyList<VersionedName>? AttributeGroups,
    IReadOnlyList<NameReference>? Services,
    IReadOnlyList<VersionedName>? Interventions,
    IReadOnlyList<NameReference>? EventLogs,
    IReadOnlyList<NameReference>? AgenticAttributes);

/// <summary>Names a definition without versions.</summary>
internal sealed record NameReference(string Name);

/// <summary>What the streaming engine computes (spec signals-api 7.2).</summary>
internal sealed record StreamAttributesResponse(IReadOnlyList<StreamAttributeResponse> Attributes, DateTimeOffset? PublishedAt);

/// <summary>One value that the streaming engine computes.</summary>
internal sealed record StreamAttributeResponse(
    string DefinitionHash,
    string AttributeKeyName,
    string AttributeKeyOrName,
    StreamAttributeKey AttributeKey,
    AttributeType Type,
    AggregationKind Aggregation,
    IReadOnlyList<EventFilter> Events,
    string? Property,
    CriteriaResponse? Criteria,
    TimeSpan? Period,
    TimeUnit? TimeUnit,
    long Ttl,
    IReadOnlyList<SourceGroup> SourceGroups)
{
    public static StreamAttributeResponse Of(StreamAttribute one) => new(
        one.Id.ToString(),
        one.Key.Name,
        one.Key.Key ?? one.Key.Name,
        new StreamAttributeKey(one.Key.Name, one.Key.Key, PropertyExpressions.IdentifierOf(one.Key)),
        one.Attribute.Type,
        one.Attribute.Aggregation,
        one.Attribute.Events,
        one.Attribute.Property is { } property ? PropertyExpressions.Write(property, PropertySyntax.Blobl) : null,
        one.Attribute.Criteria is { } criteria ? CriteriaResponse.Of(criteria, PropertySyntax.Blobl) : null,
        one.Attribute.Period,
        one.Attribute.TimeUnit,
        (long)one.Ttl.TotalSeconds,
        [.. one.Sources.Select(source => new SourceGroup(source.Group.Name, source.Group.Version, source.AttributeName))]);
}

/// <summary>The attribute key of a stream attribute.</summary>
internal sealed record StreamAttributeKey(string Name, string? Key, string? BloblPath);

/// <summary>An attribute that shows the value.</summary>
internal sealed record SourceGroup(string Name, int Version, string AttributeName);

/// <summary>The published interventions.</summary>
internal sealed record EngineInterventionsResponse(IReadOnlyList<InterventionDocument> Interventions, DateTimeOffset? PublishedAt);

/// <summary>All templates.</summary>
internal sealed record TemplatesResponse(IReadOnlyList<TemplateResponse> Templates);

/// <summary>A template (spec signals-api 4.8).</summary>
internal sealed record TemplateResponse(string Name, string Description, string Category, IReadOnlyList<AttributeResponse> Attributes)
{
    public static TemplateResponse Of(GroupTemplate template) => new(
        template.Name, template.Description, template.Category, [.. template.Attributes.Select(attribute => AttributeResponse.Of(attribute, syntax: null))]);
}
