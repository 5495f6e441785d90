using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>The message that stands for a deferred event in a queue (spec identities, 9.3).</summary>
public static class DeferredEventJson
{
    private const int Version = 1;
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the message in UTF-8.</summary>
    public static byte[] ToBytes(DeferredEvent deferred)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            var request = deferred.Request;
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteString("event_id", request.EventId);
            json.WriteNumber("tstamp", request.Time.UnixMicroseconds);
            json.WriteString("app_id", request.AppId);
            json.WriteStartArray("identifiers");
            foreach (var identifier in request.Identifiers)
            {
                json.WriteStartObject();
                json.WriteString("type", identifier.Type);
                json.WriteString("value", identifier.Value);
                json.WriteBoolean("alias", identifier.IsAlias);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (request.UniqueValue is not null)
                json.WriteString("unique_value", request.UniqueValue);
            json.WriteString("fallback_id", request.FallbackId.ToString());
            json.WriteNumber("config_version", deferred.ConfigurationVersion);
            json.WriteNumber("enqueued_at", deferred.EnqueuedAt.UnixMicroseconds);
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a message. False when it is none of this version.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out DeferredEvent? deferred)
    {
        deferred = null;
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var message = document.RootElement;
            if (message.GetProperty("v").GetInt32() != Version || !SnowplowId.TryParse(message.GetProperty("fallback_id").GetString(), out var fallback))
                return false;
            var identifiers = message.GetProperty("identifiers").EnumerateArray().Select(ReadIdentifier).ToList();
            deferred = new DeferredEvent(
                new ResolutionRequest
                {
                    EventId = message.GetProperty("event_id").GetString() ?? "",
                    Time = new EventTime(message.GetProperty("tstamp").GetInt64()),
                    AppId = message.GetProperty("app_id").GetString() ?? "",
                    Identifiers = identifiers,
                    UniqueValue = message.TryGetProperty("unique_value", out var unique) ? unique.GetString() : null,
                    FallbackId = fallback,
                },
                message.GetProperty("config_version").GetInt64(),
                new EventTime(message.GetProperty("enqueued_at").GetInt64()));
            return identifiers.Count > 0;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static Identifier ReadIdentifier(JsonElement identifier) => new(
        identifier.GetProperty("type").GetString() ?? throw new FormatException("An identifier has no type."),
        identifier.GetProperty("value").GetString() ?? throw new FormatException("An identifier has no value."),
        identifier.GetProperty("alias").GetBoolean());
}
