using System.Text.Json.Serialization;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>How the answers of the registry are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(AttributeTypeConverter), typeof(AggregationKindConverter), typeof(DatePartConverter), typeof(TimeUnitConverter),
        typeof(EventOperatorConverter), typeof(CalculatedOperationConverter), typeof(IsoDurationConverter), typeof(IsoDateTimeConverter),
        typeof(AttributeCriteriaConverter),
    ])]
[JsonSerializable(typeof(OkResponse))]
[JsonSerializable(typeof(AttributeKeyDefinition))]
[JsonSerializable(typeof(AttributeKeyResponse))]
[JsonSerializable(typeof(IReadOnlyList<AttributeKeyResponse>))]
[JsonSerializable(typeof(AttributeGroupDefinition))]
[JsonSerializable(typeof(AttributeGroupResponse))]
[JsonSerializable(typeof(IReadOnlyList<AttributeGroupResponse>))]
[JsonSerializable(typeof(BatchSyncStatusResponse))]
[JsonSerializable(typeof(ServiceDefinition))]
[JsonSerializable(typeof(IReadOnlyList<ServiceDefinition>))]
[JsonSerializable(typeof(PublishRequest))]
[JsonSerializable(typeof(PublishResponse))]
[JsonSerializable(typeof(StreamAttributesResponse))]
[JsonSerializable(typeof(EngineInterventionsResponse))]
[JsonSerializable(typeof(InterventionDocument))]
[JsonSerializable(typeof(IReadOnlyList<InterventionDocument>))]
[JsonSerializable(typeof(TemplatesResponse))]
[JsonSerializable(typeof(WarehouseTablesResponse))]
[JsonSerializable(typeof(WarehouseColumnsResponse))]
[JsonSerializable(typeof(TimestampColumnsResponse))]
internal sealed partial class RegistryJson : JsonSerializerContext;
