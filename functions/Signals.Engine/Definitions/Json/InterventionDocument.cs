using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>
/// An intervention as it is written, to clients and into the store (spec signals-api 5.2). Guard rails that are not set are left
/// out, so that a definition without any looks exactly as Snowplow's.
/// </summary>
public sealed record InterventionDocument
{
    /// <summary>Object name.</summary>
    public required string Name { get; init; }

    /// <summary>From 1.</summary>
    public int Version { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Who owns it.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it is live.</summary>
    public bool IsPublished { get; init; }

    /// <summary>The rule.</summary>
    public required AttributeCriteria Criteria { get; init; }

    /// <summary>Who receives it; empty for the keys of the groups in the criteria.</summary>
    public IReadOnlyList<AttributeKeyLink> TargetAttributeKeys { get; init; } = [];

    /// <summary>Groups whose values go along.</summary>
    public IReadOnlyList<VersionedName> PayloadAttributeGroups { get; init; } = [];

    /// <summary>Shortest time between two of them to one target.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Cooldown { get; init; }

    /// <summary>Most of them to one target within a period.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FrequencyCap? FrequencyCap { get; init; }

    /// <summary>How long it may be delivered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>Not before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ActiveFrom { get; init; }

    /// <summary>Not at or after.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ActiveTo { get; init; }

    /// <summary>The higher comes first; left out when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Priority { get; init; }

    /// <summary>Share of targets that never receive it, in per cent; left out when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HoldoutPercentage { get; init; }

    /// <summary>The document of a definition.</summary>
    public static InterventionDocument Of(InterventionDefinition intervention) => new()
    {
        Name = intervention.Name,
        Version = intervention.Version,
        Description = intervention.Description,
        Owner = intervention.Owner,
        IsPublished = intervention.IsPublished,
        Criteria = intervention.Criteria,
        TargetAttributeKeys = [.. intervention.TargetAttributeKeys.Select(name => new AttributeKeyLink(name))],
        PayloadAttributeGroups = intervention.PayloadAttributeGroups,
        Cooldown = intervention.Guards.Cooldown,
        FrequencyCap = intervention.Guards.FrequencyCap,
        ExpiresAfter = intervention.Guards.ExpiresAfter,
        ActiveFrom = intervention.Guards.ActiveFrom,
        ActiveTo = intervention.Guards.ActiveTo,
        Priority = intervention.Guards.Priority == 0 ? null : intervention.Guards.Priority,
        HoldoutPercentage = intervention.Guards.HoldoutPercentage == 0 ? null : intervention.Guards.HoldoutPercentage,
    };
}

/// <summary>Names an attribute key.</summary>
/// <param name="Name">Its name.</param>
public sealed record AttributeKeyLink(string Name);

/// <summary>Writes criteria trees (spec signals-api 2.6).</summary>
public sealed class AttributeCriteriaConverter : WriteOnlyConverter<AttributeCriteria>
{
    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, AttributeCriteria value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case AttributeCriteriaGroup group:
                writer.WriteStartArray(DefinitionNames.CriteriaGroups[group.Kind]);
                foreach (var member in group.Members)
                    Write(writer, member, options);
                writer.WriteEndArray();
                break;
            case AttributeCriterion criterion:
                writer.WriteString("attribute", $"{criterion.Group}:{criterion.Attribute}");
                writer.WriteString("operator", DefinitionNames.AttributeOperators[criterion.Operator]);
                writer.WritePropertyName("value");
                if (criterion.Value is { } operand)
                    operand.WriteTo(writer);
                else
                    writer.WriteNullValue();
                break;
        }
        writer.WriteEndObject();
    }
}
