using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Schemas of the types that are written by converters, which the OpenAPI document cannot look into.</summary>
internal static class RegistrySchemas
{
    private static readonly Dictionary<Type, IReadOnlyList<string>> Names = new()
    {
        [typeof(AttributeType)] = DefinitionNames.AttributeTypes.All,
        [typeof(AggregationKind)] = DefinitionNames.Aggregations.All,
        [typeof(DatePart)] = DefinitionNames.DateParts.All,
        [typeof(TimeUnit)] = DefinitionNames.TimeUnits.All,
        [typeof(EventOperator)] = DefinitionNames.EventOperators.All,
        [typeof(CalculatedOperation)] = DefinitionNames.CalculatedOperations.All,
    };

    public static Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var declared = context.JsonTypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var nullable = type == declared ? 0 : JsonSchemaType.Null;
        if (Names.TryGetValue(type, out var names))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Enum = [.. names.Select(name => JsonValue.Create(name))];
        }
        else if (type == typeof(TimeSpan))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Format = "duration";
            schema.Pattern = null;
        }
        else if (type == typeof(AttributeCriteria))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Description = "A criterion {attribute, operator, value}, or a group {all | any | none: [1 to 100 criteria or groups]}, at most 10 groups deep. "
                + $"An attribute is named group:attribute. Operators: {DefinitionNames.AttributeOperators.Listed}.";
        }
        else if (type == typeof(PropertyView))
        {
            schema.Type = JsonSchemaType.Object | JsonSchemaType.String | JsonSchemaType.Null;
            schema.Description = "The property as it was defined, or as one text when property_syntax is given.";
        }
        else if (type == typeof(AttributeGroupDefinition))
        {
            // The registry's own knowledge, kept beside what clients send.
            schema.Properties?.Remove("published_at");
        }
        return Task.CompletedTask;
    }
}
