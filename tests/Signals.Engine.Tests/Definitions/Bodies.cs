using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Request bodies, read as the registry reads them.</summary>
internal static class Bodies
{
    public const string CounterAttribute = """{"name":"a","type":"int32","aggregation":"counter"}""";

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    /// <summary>What is wrong with a group, as JSON texts of the places; empty when nothing is.</summary>
    public static IReadOnlyList<string> GroupErrors(string json)
    {
        DefinitionJson.TryReadAttributeGroup(Parse(json), out _, out var errors);
        return Places(errors);
    }

    /// <summary>What is wrong with one attribute of a stream group, its place in the group left out.</summary>
    public static IReadOnlyList<string> AttributeErrors(string attribute) =>
        [.. GroupErrors(GroupOf(attribute)).Select(place => place.Replace("""["body","attributes",0""", "[", StringComparison.Ordinal).Replace("[,", "[", StringComparison.Ordinal))];

    public static AttributeDefinition Attribute(string attribute) => Group(GroupOf(attribute)).Attributes[0];

    public static AttributeGroupDefinition Group(string json) =>
        DefinitionJson.TryReadAttributeGroup(Parse(json), out var group, out var errors)
            ? group
            : throw new InvalidOperationException(string.Join("; ", errors.Select(error => $"{Place(error)} {error.Msg}")));

    public static AttributeKeyDefinition Key(string json) =>
        DefinitionJson.TryReadAttributeKey(Parse(json), out var key, out var errors) ? key : throw new InvalidOperationException(errors[0].Msg);

    /// <summary>What is wrong with an intervention, as JSON texts of the places; empty when nothing is.</summary>
    public static IReadOnlyList<string> InterventionErrors(string json)
    {
        DefinitionJson.TryReadIntervention(Parse(json), out _, out var errors);
        return Places(errors);
    }

    public static InterventionDefinition Intervention(string criteria, string members = "") =>
        DefinitionJson.TryReadIntervention(Parse(InterventionOf(criteria, members)), out var intervention, out var errors)
            ? intervention
            : throw new InvalidOperationException(string.Join("; ", errors.Select(error => $"{Place(error)} {error.Msg}")));

    /// <param name="criteria">The tree.</param>
    /// <param name="members">More members, each with a comma in front.</param>
    public static string InterventionOf(string criteria, string members = "") => $$"""{"name":"i","criteria":{{criteria}}{{members}}}""";

    public static string GroupOf(params string[] attributes) =>
        $$"""{"name":"g","attribute_key":{"name":"user_id"},"attributes":[{{string.Join(',', attributes)}}]}""";

    public static IReadOnlyList<string> Places(IReadOnlyList<FieldError> errors) => [.. errors.Select(Place)];

    public static string Place(FieldError error) =>
        new JsonArray([.. error.Loc.Select(step => step is int index ? JsonValue.Create(index) : (JsonNode)JsonValue.Create((string)step))]).ToJsonString();

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
