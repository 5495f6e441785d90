using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>A version of an attribute group as clients read it (spec signals-api 4.6): all members are always there.</summary>
internal sealed record AttributeGroupResponse
{
    public required string Name { get; init; }

    public required int Version { get; init; }

    public required AttributeKeyResponse AttributeKey { get; init; }

    public required TimeSpan? Ttl { get; init; }

    public required BatchSource? BatchSource { get; init; }

    public required bool Online { get; init; }

    public required bool? Offline { get; init; }

    public required string? Description { get; init; }

    public required string? Owner { get; init; }

    public required IReadOnlyList<FieldDefinition> Fields { get; init; }

    public required IReadOnlyList<AttributeResponse> Attributes { get; init; }

    public required bool IsPublished { get; init; }

    public required DateTimeOffset? BackfillSinceTstamp { get; init; }

    public required TimeSpan? RefreshRate { get; init; }

    public required string FeastName { get; init; }

    public required string FullName { get; init; }

    public required string? StreamSourceName { get; init; }

    public required string AttributeKeyOrName { get; init; }

    public required TimeSpan? AttributeGroupOrAttributeKeyTtl { get; init; }

    /// <param name="group">The group.</param>
    /// <param name="key">Its attribute key, as registered.</param>
    /// <param name="syntax">How to write properties as texts; null to leave them as they are.</param>
    public static AttributeGroupResponse Of(AttributeGroupDefinition group, AttributeKeyDefinition key, PropertySyntax? syntax) => new()
    {
        Name = group.Name,
        Version = group.Version,
        AttributeKey = AttributeKeyResponse.Of(key),
        Ttl = group.Ttl,
        BatchSource = group.BatchSource,
        Online = group.Online,
        Offline = group.Offline,
        Description = group.Description,
        Owner = group.Owner,
        Fields = group.Fields,
        Attributes = [.. group.Attributes.Select(attribute => AttributeResponse.Of(attribute, syntax))],
        IsPublished = group.IsPublished,
        BackfillSinceTstamp = group.BackfillSinceTstamp,
        RefreshRate = group.RefreshRate,
        FeastName = $"{group.Name}_v{group.Version}",
        FullName = $"{group.Name}_v{group.Version}",
        StreamSourceName = group.Attributes.Count > 0 ? $"{group.Name}_stream" : null,
        AttributeKeyOrName = key.Key ?? key.Name,
        AttributeGroupOrAttributeKeyTtl = group.Ttl ?? key.Ttl,
    };
}

/// <summary>An attribute as clients read it.</summary>
internal sealed record AttributeResponse
{
    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required AttributeType Type { get; init; }

    public required IReadOnlyList<EventFilter> Events { get; init; }

    public required AggregationKind Aggregation { get; init; }

    public required PropertyView? Property { get; init; }

    public required CriteriaResponse? Criteria { get; init; }

    public required TimeSpan? Period { get; init; }

    public required TimeSpan? Ttl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeUnit? TimeUnit { get; init; }

    public required JsonElement? DefaultValue { get; init; }

    public static AttributeResponse Of(AttributeDefinition attribute, PropertySyntax? syntax) => new()
    {
        Name = attribute.Name,
        Description = attribute.Description,
        Type = attribute.Type,
        Events = attribute.Events,
        Aggregation = attribute.Aggregation,
        Property = attribute.Property is { } property ? PropertyView.Of(property, syntax) : null,
        Criteria = attribute.Criteria is { } criteria ? CriteriaResponse.Of(criteria, syntax) : null,
        Period = attribute.Period,
        Ttl = attribute.Ttl,
        TimeUnit = attribute.TimeUnit,
        DefaultValue = attribute.DefaultValue,
    };
}

/// <summary>Event criteria as clients read them.</summary>
internal sealed record CriteriaResponse(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CriterionResponse>? All,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CriterionResponse>? Any)
{
    public static CriteriaResponse Of(EventCriteria criteria, PropertySyntax? syntax) => new(View(criteria.All, syntax), View(criteria.Any, syntax));

    private static IReadOnlyList<CriterionResponse>? View(IReadOnlyList<EventCriterion>? criteria, PropertySyntax? syntax) =>
        criteria is null ? null : [.. criteria.Select(one => new CriterionResponse(PropertyView.Of(one.Property, syntax), one.Operator, one.Value))];
}

/// <summary>One condition as clients read it.</summary>
internal sealed record CriterionResponse(PropertyView Property, EventOperator Operator, JsonElement? Value);

/// <summary>A property, either as it was defined or as one text (spec signals-api 4.7).</summary>
[JsonConverter(typeof(PropertyViewConverter))]
internal sealed record PropertyView(PropertyDefinition Property, string? Text)
{
    public static PropertyView Of(PropertyDefinition property, PropertySyntax? syntax) =>
        new(property, syntax is { } chosen ? PropertyExpressions.Write(property, chosen) : null);
}

/// <summary>Writes a <see cref="PropertyView"/>.</summary>
internal sealed class PropertyViewConverter : WriteOnlyConverter<PropertyView>
{
    public override void Write(Utf8JsonWriter writer, PropertyView value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
            writer.WriteStringValue(text);
        else
            JsonSerializer.Serialize(writer, value.Property, DefinitionJsonContext.Default.PropertyDefinition);
    }
}
