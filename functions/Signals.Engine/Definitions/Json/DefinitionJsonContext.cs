using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>How definitions are written, on the wire and in the store: snake case, the enumerations by their names.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(AttributeTypeConverter), typeof(AggregationKindConverter), typeof(DatePartConverter), typeof(TimeUnitConverter),
        typeof(EventOperatorConverter), typeof(CalculatedOperationConverter), typeof(IsoDurationConverter), typeof(IsoDateTimeConverter),
        typeof(AttributeCriteriaConverter),
    ])]
[JsonSerializable(typeof(AttributeKeyDefinition))]
[JsonSerializable(typeof(AttributeGroupDefinition))]
[JsonSerializable(typeof(ServiceDefinition))]
[JsonSerializable(typeof(InterventionDocument))]
[JsonSerializable(typeof(PropertyDefinition))]
public sealed partial class DefinitionJsonContext : JsonSerializerContext;
