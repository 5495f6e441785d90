using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>The bytes of the event stream (spec signals-api 11.1): each message is made once, for all its subscribers.</summary>
internal static class EventStreamFrame
{
    // This encoder leaves letters of all scripts as they are, and escapes everything that any client takes for a line end: besides
    // CR and LF also U+0085, U+2028 and U+2029, at which the Python SDK splits.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Connected { get; } = ": connected\n\n"u8.ToArray();

    public static ReadOnlyMemory<byte> KeepAlive { get; } = ": keep-alive\n\n"u8.ToArray();

    /// <summary>Tells the client where it stands without giving it a message, so that it misses nothing when it is cut off before the first.</summary>
    public static byte[] Position(long sequence) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {sequence}\n\n"));

    public static byte[] Message(OutboxEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.Write("id: "u8);
        Encoding.ASCII.GetBytes(entry.Sequence.ToString(CultureInfo.InvariantCulture), buffer);
        buffer.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(buffer, Json))
            WritePayload(writer, entry.Message);
        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The payload as subscribers get it (spec signals-api 11.2).</summary>
    public static void WritePayload(Utf8JsonWriter writer, InterventionMessage message)
    {
        writer.WriteStartObject();
        WritePayloadMembers(writer, message);
        writer.WriteEndObject();
    }

    public static void WritePayloadMembers(Utf8JsonWriter writer, InterventionMessage message)
    {
        writer.WriteString("intervention_id", message.InterventionId);
        writer.WriteString("name", message.Name);
        writer.WriteNumber("version", message.Version);
        writer.WriteStartObject("attributes");
        foreach (var (name, value) in message.Attributes)
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteStartObject("target_attribute_key");
        writer.WriteString("name", message.Target.AttributeKey);
        writer.WriteString("id", message.Target.Identifier);
        writer.WriteEndObject();
    }
}
