using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>
/// Computes what a stored value is known by (spec signals-api 7.2): the SHA-256 of canonical JSON of everything that the
/// value depends on. Names, descriptions, default values and lifetimes are left out.
/// </summary>
public static class DefinitionHash
{
    /// <summary>Id of the value that the streaming engine computes for an attribute.</summary>
    public static DefinitionId Of(AttributeKeyDefinition key, AttributeDefinition attribute) => Hash(writer =>
    {
        CanonicalDefinition.WriteKey(writer, key);
        CanonicalDefinition.WriteAttribute(writer, attribute);
    });

    /// <summary>
    /// Id of the value of an attribute that is computed in the warehouse. It never equals that of the same attribute on the
    /// stream, and depends on the group: two groups are two tables.
    /// </summary>
    public static DefinitionId OfWarehouseAttribute(
        AttributeKeyDefinition key, AttributeGroupDefinition group, AttributeDefinition attribute) => Hash(writer =>
    {
        CanonicalDefinition.WriteKey(writer, key);
        CanonicalDefinition.WriteAttribute(writer, attribute);
        writer.WriteString("warehouse_group", group.Name);
    });

    /// <summary>Id of the value that is copied from a column of the group's warehouse table.</summary>
    public static DefinitionId OfField(AttributeKeyDefinition key, AttributeGroupDefinition group, FieldDefinition field) => Hash(writer =>
    {
        CanonicalDefinition.WriteKey(writer, key);
        CanonicalDefinition.WriteField(writer, group, field);
    });

    /// <summary>The ids of all attributes of a group, then of all its fields, with their names, in the order of the group.</summary>
    public static IEnumerable<(string Name, DefinitionId Id)> OfGroup(AttributeKeyDefinition key, AttributeGroupDefinition group)
    {
        foreach (var attribute in group.Attributes)
            yield return (attribute.Name, group.Offline is true ? OfWarehouseAttribute(key, group, attribute) : Of(key, attribute));
        foreach (var field in group.Fields)
            yield return (field.Name, OfField(key, group, field));
    }

    private static DefinitionId Hash(Action<Utf8JsonWriter> writeMembers)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }
        return DefinitionId.Read(SHA256.HashData(bytes.WrittenSpan));
    }
}
