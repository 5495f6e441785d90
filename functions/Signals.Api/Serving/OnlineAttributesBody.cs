using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Api.Serving;

/// <summary>Body of <c>POST /api/v1/get-online-attributes</c>: a service, or a list of attributes.</summary>
/// <param name="Service">Name of a service.</param>
/// <param name="Attributes">Attributes in the form <c>group_v1:attribute</c>.</param>
/// <param name="AttributeKeys">Per attribute key 1 to 100 identifiers.</param>
/// <param name="FullAttributeNames">Whether columns are named <c>group_v1__attribute</c>.</param>
internal sealed record OnlineAttributesBody(
    string? Service,
    [property: JsonConverter(typeof(TextListConverter))] IReadOnlyList<string>? Attributes,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? AttributeKeys,
    bool FullAttributeNames = false);

/// <summary>Body of <c>POST /api/v1/push-attributes</c>.</summary>
/// <param name="GroupName">Name of a published external batch group.</param>
/// <param name="GroupVersion">Its version.</param>
/// <param name="Identifiers">1 to 100 identifiers.</param>
/// <param name="Attributes">Per field one value per identifier; null deletes.</param>
internal sealed record PushAttributesBody(
    string? GroupName,
    int? GroupVersion,
    IReadOnlyList<string>? Identifiers,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Attributes);

/// <summary>Answer of a push.</summary>
internal sealed record OkAnswer(bool Ok);

/// <summary>Answer of the deletion of one person's data.</summary>
internal sealed record DeletionAnswer(bool KeysFound, string Message);

/// <summary>A list of texts; a single text counts as a list of one, as older clients send it.</summary>
internal sealed class TextListConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return [reader.GetString()!];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
        return texts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var text in value)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}

/// <summary>The bodies of the serving endpoints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(OnlineAttributesBody))]
[JsonSerializable(typeof(PushAttributesBody))]
[JsonSerializable(typeof(OkAnswer))]
[JsonSerializable(typeof(DeletionAnswer))]
[JsonSerializable(typeof(Dictionary<string, JsonElement[]>))]
internal sealed partial class ServingJson : JsonSerializerContext;
