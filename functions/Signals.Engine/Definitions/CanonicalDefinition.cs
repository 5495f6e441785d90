using System.Globalization;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>
/// The canonical JSON that <see cref="DefinitionHash"/> hashes: members in a fixed order, different spellings of the same
/// thing written alike. Stored values are found by it, so what is written here must never change.
/// </summary>
internal static class CanonicalDefinition
{
    public static void WriteKey(Utf8JsonWriter writer, AttributeKeyDefinition key)
    {
        writer.WriteString("attribute_key", key.Name);
        writer.WritePropertyName("identifier");
        if (AttributeKeyIdentifier.SourceOf(key) is { } source)
            WriteReference(writer, source, null);
        else
            writer.WriteStringValue(AttributeKeyIdentifier.ColumnOf(key));
    }

    public static void WriteAttribute(Utf8JsonWriter writer, AttributeDefinition attribute)
    {
        writer.WriteString("type", DefinitionNames.AttributeTypes[attribute.Type]);
        writer.WriteString("aggregation", DefinitionNames.Aggregations[attribute.Aggregation]);
        WriteEvents(writer, attribute.Events);
        // Neither the counter nor the times since an event look at the property; one that was sent means nothing.
        if (attribute.Property is not null && attribute.Aggregation is not
            (AggregationKind.Counter or AggregationKind.TimeSinceLast or AggregationKind.TimeSinceFirst))
        {
            writer.WritePropertyName("property");
            WriteProperty(writer, attribute.Property);
        }
        if (attribute.Criteria is { } criteria)
        {
            WriteCriteria(writer, "all", criteria.All);
            WriteCriteria(writer, "any", criteria.Any);
        }
        if (attribute.Period is { } period)
            writer.WriteNumber("period", period.Ticks);
        if (attribute.TimeUnit is { } unit)
            writer.WriteString("time_unit", DefinitionNames.TimeUnits[unit]);
    }

    public static void WriteField(Utf8JsonWriter writer, AttributeGroupDefinition group, FieldDefinition field)
    {
        writer.WriteString("type", DefinitionNames.AttributeTypes[field.Type]);
        writer.WriteString("field", field.Name);
        if (group.BatchSource is { } source)
        {
            writer.WriteString("database", source.Database);
            writer.WriteString("schema", source.Schema);
            writer.WriteString("table", source.Table);
            writer.WriteString("timestamp_field", source.TimestampField);
        }
        else
        {
            writer.WriteString("warehouse_group", group.Name);
        }
    }

    private static void WriteEvents(Utf8JsonWriter writer, IReadOnlyList<EventFilter> events)
    {
        var sorted = events.Distinct()
            .OrderBy(filter => filter.Vendor, StringComparer.Ordinal)
            .ThenBy(filter => filter.Name, StringComparer.Ordinal)
            .ThenBy(filter => filter.Version, StringComparer.Ordinal)
            .ThenBy(filter => filter.EventSpecificationId, StringComparer.Ordinal);
        writer.WriteStartArray("events");
        foreach (var filter in sorted)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(filter.Vendor);
            writer.WriteStringValue(filter.Name);
            writer.WriteStringValue(filter.Version);
            writer.WriteStringValue(filter.EventSpecificationId);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteCriteria(Utf8JsonWriter writer, string name, IReadOnlyList<EventCriterion>? criteria)
    {
        if (criteria is not { Count: > 0 })
            return;
        writer.WriteStartArray(name);
        foreach (var criterion in criteria)
        {
            writer.WriteStartArray();
            WriteProperty(writer, criterion.Property);
            writer.WriteStringValue(DefinitionNames.EventOperators[criterion.Operator]);
            if (criterion.Value is { } value)
                WriteValue(writer, value);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteProperty(Utf8JsonWriter writer, PropertyDefinition property)
    {
        if (property is CalculatedProperty calculated)
        {
            writer.WriteStartArray();
            writer.WriteStringValue("calculated");
            writer.WriteStringValue(DefinitionNames.CalculatedOperations[calculated.Operation]);
            writer.WriteStringValue(calculated.Operation is CalculatedOperation.Concat ? calculated.Separator ?? "" : null);
            foreach (var member in calculated.Properties)
                WriteProperty(writer, member);
            writer.WriteEndArray();
        }
        else if (PropertyReferences.TryResolve(property, out var reference, out var error))
        {
            WriteReference(writer, reference, property.DatePart);
        }
        else
        {
            throw new ArgumentException($"The definition was never validated: {error}", nameof(property));
        }
    }

    private static void WriteReference(Utf8JsonWriter writer, PropertyReference reference, DatePart? part)
    {
        writer.WriteStartArray();
        switch (reference)
        {
            case AtomicReference atomic:
                writer.WriteStringValue("atomic");
                writer.WriteStringValue(AtomicColumns.All[atomic.Column].Name);
                break;
            case EventReference e:
                writer.WriteStringValue("event");
                WriteSchema(writer, e.Schema);
                writer.WriteStringValue(e.Path.ToString());
                break;
            case EntityReference e:
                writer.WriteStringValue("entity");
                WriteSchema(writer, e.Schema);
                writer.WriteNumberValue(e.Index);
                writer.WriteStringValue(e.Path.ToString());
                break;
        }
        if (part is { } datePart)
            writer.WriteStringValue(DefinitionNames.DateParts[datePart]);
        writer.WriteEndArray();
    }

    private static void WriteSchema(Utf8JsonWriter writer, SchemaSelector schema)
    {
        writer.WriteStringValue(schema.Vendor);
        writer.WriteStringValue(schema.Name);
        writer.WriteNumberValue(schema.MajorVersion);
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                // 100, 100.0 and 1e2 are one number.
                if (value.TryGetDecimal(out var number))
                    writer.WriteRawValue(number.ToString("G29", CultureInfo.InvariantCulture), skipInputValidation: true);
                else
                    writer.WriteNumberValue(value.GetDouble());
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
