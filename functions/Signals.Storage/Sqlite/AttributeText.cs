using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signals.Storage.Sqlite;

/// <summary>The attributes of an intervention as a JSON object of strings.</summary>
internal static class AttributeText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlySpan<byte> Write(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.Count == 0)
            return "{}"u8;
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        foreach (var (name, value) in attributes)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> json)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            attributes[name] = reader.GetString()!;
        }
        return attributes;
    }
}
