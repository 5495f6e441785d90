using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>
/// Makes bad rows: the JSON records that Snowplow writes for what it could not process (spec enriched-events, section 13). Texts are cut
/// to what the schemas of bad rows allow; bytes that are no UTF-8 become U+FFFD.
/// </summary>
public static class BadRow
{
    /// <summary>Name of this program in bad rows.</summary>
    public const string Artifact = "signals-functions";

    /// <summary>Longest payload in bytes; a longer one is cut. Lines and collector bodies are not longer anyway.</summary>
    public const int MaxPayloadBytes = 1024 * 1024;

    private const string Vendor = "iglu:com.snowplowanalytics.snowplow.badrows";
    private const string LoaderParsingError = $"{Vendor}/loader_parsing_error/jsonschema/2-0-0";
    private const string GenericErrorSchema = $"{Vendor}/generic_error/jsonschema/1-0-0";
    private const int MaxFieldCount = 1024;
    private const int MaxExpectation = 256;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Version of this program: three numbers.</summary>
    public static string Version { get; } = typeof(BadRow).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The bad row of a line that is not an enriched event: <c>loader_parsing_error</c>.</summary>
    /// <param name="position">Where the line stands in the log.</param>
    /// <param name="line">The line.</param>
    /// <param name="failure">What is wrong with it, from <see cref="EnrichedEvent.Explain"/> or <see cref="LineFailure.BrokenJson"/>.</param>
    /// <param name="at">Now.</param>
    public static StoredBadRow FromLine(LogPosition position, ReadOnlySpan<byte> line, LineFailure failure, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>(line.Length + 512);
        using (var json = Begin(buffer, LoaderParsingError))
        {
            WriteFailure(json, failure);
            json.WriteText("payload", line.CutUtf8(MaxPayloadBytes));
            End(json);
        }
        return new StoredBadRow(position, LoaderParsingError, buffer.WrittenMemory, at);
    }

    /// <summary>
    /// A bad row that was made where the input came in and went through the log. One that is not a self-describing JSON is kept inside
    /// a <c>generic_error</c>.
    /// </summary>
    /// <param name="position">Where it stands in the log.</param>
    /// <param name="json">The bad row.</param>
    /// <param name="at">Now.</param>
    public static StoredBadRow FromRecord(LogPosition position, ReadOnlySpan<byte> json, DateTimeOffset at) =>
        SchemaOf(json) is { } schema
            ? new StoredBadRow(position, schema, json.ToArray(), at)
            : new StoredBadRow(position, GenericErrorSchema, GenericError(["The record is not a bad row."], json, at), at);

    /// <summary>The dead letter of a record that cannot be processed though nothing is known to be wrong with it: a <c>generic_error</c>.</summary>
    /// <param name="position">Where it stands in the log.</param>
    /// <param name="payload">The record.</param>
    /// <param name="failure">What happened to it; type and beginning of the message are kept.</param>
    /// <param name="at">Now.</param>
    public static StoredBadRow FromFailure(LogPosition position, ReadOnlySpan<byte> payload, Exception failure, DateTimeOffset at) => new(
        position,
        GenericErrorSchema,
        GenericError(
            [
                $"{failure.GetType().FullName}: {failure.Message}".Cut(BadRowMessage.MaxErrorLength),
                $"The record at partition {position.Partition}, sequence {position.Sequence} could not be processed.",
            ],
            payload,
            at),
        at);

    /// <summary>Something is larger than it may be.</summary>
    /// <param name="maximumBytes">Largest allowed size.</param>
    /// <param name="actualBytes">Its size.</param>
    /// <param name="expectation">What was expected to be smaller; cut to 256 characters.</param>
    /// <param name="beginning">Its beginning; cut to a tenth of the maximum.</param>
    /// <param name="at">Now.</param>
    public static ReadOnlyMemory<byte> SizeViolation(
        long maximumBytes, long actualBytes, string expectation, ReadOnlySpan<byte> beginning, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>(beginning.Length + 512);
        using (var json = Begin(buffer, $"{Vendor}/size_violation/jsonschema/1-0-0"))
        {
            json.WriteStartObject("failure");
            json.WriteString("timestamp", Text(at));
            json.WriteNumber("maximumAllowedSizeBytes", Math.Clamp(maximumBytes, 0, 1 << 30));
            json.WriteNumber("actualSizeBytes", Math.Clamp(actualBytes, 0, 1 << 30));
            json.WriteString("expectation", expectation.Cut(MaxExpectation));
            json.WriteEndObject();
            json.WriteText("payload", beginning.CutUtf8((int)Math.Clamp(maximumBytes / 10, 0, MaxPayloadBytes)));
            End(json);
        }
        return buffer.WrittenMemory;
    }

    /// <summary>Any other error.</summary>
    /// <param name="errors">What is wrong, at least one.</param>
    /// <param name="payload">What it is wrong with.</param>
    /// <param name="at">Now.</param>
    public static ReadOnlyMemory<byte> GenericError(IReadOnlyList<string> errors, ReadOnlySpan<byte> payload, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>(payload.Length + 512);
        using (var json = Begin(buffer, GenericErrorSchema))
        {
            json.WriteStartObject("failure");
            json.WriteString("timestamp", Text(at));
            json.WriteStartArray("errors");
            foreach (var error in errors)
                json.WriteStringValue(error.WithoutLoneSurrogates());
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteText("payload", payload.CutUtf8(MaxPayloadBytes));
            End(json);
        }
        return buffer.WrittenMemory;
    }

    /// <summary>The collector's request cannot be taken apart: unknown path, wrong content type, body that is no JSON.</summary>
    internal static ReadOnlyMemory<byte> AdapterFailure(CollectorRequest request, IReadOnlyList<BadRowMessage> messages) =>
        OfRequest("adapter_failures/jsonschema/1-0-0", request, messages);

    /// <summary>The body of a request breaks the rules of the tracker protocol.</summary>
    internal static ReadOnlyMemory<byte> TrackerProtocolViolation(CollectorRequest request, IReadOnlyList<BadRowMessage> messages) =>
        OfRequest("tracker_protocol_violations/jsonschema/1-0-1", request, messages);

    /// <summary>A parameter of an event cannot be converted, a column would be too long, or embedded JSON is not what it should be.</summary>
    internal static ReadOnlyMemory<byte> SchemaViolation(CollectorRequest request, TrackerEvent partial, IReadOnlyList<BadRowMessage> messages) =>
        OfEvent("schema_violations/jsonschema/2-0-1", request, partial, messages, enrichment: false);

    /// <summary>A column of an event cannot be derived.</summary>
    internal static ReadOnlyMemory<byte> EnrichmentFailure(CollectorRequest request, TrackerEvent partial, IReadOnlyList<BadRowMessage> messages) =>
        OfEvent("enrichment_failures/jsonschema/2-0-1", request, partial, messages, enrichment: true);

    /// <summary>A part of a request outside its events has a wrong form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="field">Which part.</param>
    /// <param name="value">Its value.</param>
    /// <param name="expectation">What was expected; cut to 256 characters.</param>
    internal static ReadOnlyMemory<byte> CollectorPayloadFormatViolation(CollectorRequest request, string field, string? value, string expectation)
    {
        var payload = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(payload, Compact))
            CollectorPayloadJson.Write(json, request);

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = Begin(buffer, $"{Vendor}/collector_payload_format_violation/jsonschema/1-0-0"))
        {
            json.WriteStartObject("failure");
            json.WriteString("timestamp", Text(request.ReceivedAt));
            json.WriteString("loader", "thrift");
            json.WriteStartObject("message");
            json.WriteString("payloadField", field);
            json.WriteCut("value", value, BadRowMessage.MaxValueLength);
            json.WriteString("expectation", expectation.Cut(MaxExpectation));
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteBase64String("payload", payload.WrittenSpan);
            End(json);
        }
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> OfRequest(string schema, CollectorRequest request, IReadOnlyList<BadRowMessage> messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = Begin(buffer, $"{Vendor}/{schema}"))
        {
            json.WriteStartObject("failure");
            json.WriteString("timestamp", Text(request.ReceivedAt));
            json.WriteCut("vendor", request.Vendor, CollectorPayloadJson.MaxVendor);
            json.WriteCut("version", request.Version, CollectorPayloadJson.MaxVersion);
            json.WriteStartArray("messages");
            foreach (var message in messages)
                message.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WritePropertyName("payload");
            CollectorPayloadJson.Write(json, request);
            End(json);
        }
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> OfEvent(
        string schema, CollectorRequest request, TrackerEvent partial, IReadOnlyList<BadRowMessage> messages, bool enrichment)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = Begin(buffer, $"{Vendor}/{schema}"))
        {
            json.WriteStartObject("failure");
            json.WriteString("timestamp", Text(request.ReceivedAt));
            json.WriteStartArray("messages");
            foreach (var message in messages)
            {
                if (enrichment)
                {
                    json.WriteStartObject();
                    json.WriteNull("enrichment");
                    json.WritePropertyName("message");
                }
                message.Write(json);
                if (enrichment)
                    json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("payload");
            json.WritePropertyName("enriched");
            CollectorPayloadJson.WriteEnriched(json, partial);
            json.WritePropertyName("raw");
            CollectorPayloadJson.WriteRaw(json, request, partial);
            json.WriteEndObject();
            End(json);
        }
        return buffer.WrittenMemory;
    }

    private static Utf8JsonWriter Begin(IBufferWriter<byte> buffer, string schema)
    {
        var json = new Utf8JsonWriter(buffer, Compact);
        json.WriteStartObject();
        json.WriteString("schema", schema);
        json.WriteStartObject("data");
        json.WriteStartObject("processor");
        json.WriteString("artifact", Artifact);
        json.WriteString("version", Version);
        json.WriteEndObject();
        return json;
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteFailure(Utf8JsonWriter json, LineFailure failure)
    {
        json.WriteStartObject("failure");
        switch (failure.Kind)
        {
            case LineFailureKind.NotTsv:
                json.WriteString("type", "NotTSV");
                break;
            case LineFailureKind.FieldNumberMismatch:
                json.WriteString("type", "FieldNumberMismatch");
                json.WriteNumber("fieldCount", Math.Min(failure.FieldCount, MaxFieldCount));
                break;
            default:
                json.WriteString("type", "RowDecodingError");
                json.WriteStartArray("errors");
                foreach (var error in failure.Errors)
                    WriteError(json, error);
                json.WriteEndArray();
                break;
        }
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, LineError error)
    {
        json.WriteStartObject();
        if (error.Key is null)
            json.WriteString("type", "UnhandledRowDecodingError");
        else
        {
            json.WriteString("type", "InvalidValue");
            json.WriteString("key", error.Key);
            json.WriteString("value", error.Value.WithoutLoneSurrogates());
        }
        json.WriteString("message", error.Message.WithoutLoneSurrogates());
        json.WriteEndObject();
    }

    private static string? SchemaOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            string? schema = null;
            while (reader.Read())
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("schema"u8)
                    && reader.Read() && reader.TokenType == JsonTokenType.String)
                    schema = JsonText.ToString(reader.ValueSpan);
            return schema;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
