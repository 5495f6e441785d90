using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Engine.Events;

/// <summary>Reads the JSON that trackers send inside their parameters, and writes it as the JSON columns of a line (spec enriched-events, section 4).</summary>
internal static class SelfDescribingJson
{
    /// <summary>Deepest nesting, as in Enrich.</summary>
    public const int MaxDepth = 40;

    private const string UnstructEnvelope = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0";
    private const string ContextsEnvelope = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads the parameters <c>ue_pr</c> and <c>ue_px</c> into <c>unstruct_event</c>. Returns the schema of the payload; null when there is none.</summary>
    public static IgluUri? ReadUnstruct(TrackerEvent target)
    {
        using var document = Open(target, "ue_pr", "ue_px");
        if (document is null || Unwrap(target, document.RootElement, UnstructEnvelope) is not { } payload || SchemaOf(target, payload) is not { } schema)
            return null;
        target[AtomicColumns.UnstructEvent] = $$"""{"schema":"{{UnstructEnvelope}}","data":{{Compact(payload)}}}""";
        return schema;
    }

    /// <summary>Reads the parameters <c>co</c> and <c>cx</c> into <c>contexts</c>.</summary>
    public static void ReadContexts(TrackerEvent target)
    {
        using var document = Open(target, "co", "cx");
        if (document is null || Unwrap(target, document.RootElement, ContextsEnvelope) is not { } entities)
            return;
        if (entities.ValueKind != JsonValueKind.Array)
        {
            target.Violations.Add(BadRowMessage.Invalid(ContextsEnvelope, "$: is not an array", "$", "type"));
            return;
        }
        foreach (var entity in entities.EnumerateArray())
            SchemaOf(target, entity);
        if (entities.GetArrayLength() > 0 && target.Violations.Count == 0)
            target[AtomicColumns.Contexts] = $$"""{"schema":"{{ContextsEnvelope}}","data":{{Compact(entities)}}}""";
    }

    /// <summary>The JSON without white space between its tokens.</summary>
    public static string Compact(JsonElement json)
    {
        var raw = JsonMarshal.GetRawUtf8Value(json);
        var compact = new ArrayBufferWriter<byte>(Math.Max(raw.Length, 1));
        JsonText.Compact(raw, compact);
        return Encoding.UTF8.GetString(compact.WrittenSpan);
    }

    /// <summary>The text of a JSON string; U+FFFD for surrogates without partner.</summary>
    public static string TextOf(JsonElement json) => JsonText.ToString(JsonMarshal.GetRawUtf8Value(json)[1..^1]);

    /// <summary>
    /// The first member of a name; null when there is none. Unlike the look-up of <see cref="JsonElement"/> it takes names with
    /// surrogates without partner as they come.
    /// </summary>
    public static JsonElement? Member(JsonElement json, ReadOnlySpan<byte> name)
    {
        foreach (var member in json.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(member);
            if (raw.SequenceEqual(name) || raw.Contains((byte)'\\') && Encoding.UTF8.GetBytes(JsonText.ToString(raw)).AsSpan().SequenceEqual(name))
                return member.Value;
        }
        return null;
    }

    /// <summary>Reads JSON; null, with the reason, when it is none or nested too deeply.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, out string error)
    {
        error = "invalid json: not valid UTF-8";
        if (!Utf8.IsValid(json.Span))
            return null;
        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException exception)
        {
            error = $"invalid json: {exception.Message}";
            return null;
        }
    }

    private static JsonDocument? Open(TrackerEvent target, string plainName, string encodedName)
    {
        var name = plainName;
        var text = target.Parameter(plainName);
        if (text is null)
        {
            name = encodedName;
            text = target.Parameter(encodedName);
        }
        if (text is null)
            return null;
        var json = Encoding.UTF8.GetBytes(text);
        if (name == encodedName && !TryDecode(json, out json))
        {
            target.Violations.Add(BadRowMessage.Unreadable(name, text, "invalid base64"));
            return null;
        }
        var document = Parse(json, out var error);
        if (document is null)
            target.Violations.Add(BadRowMessage.Unreadable(name, Encoding.UTF8.GetString(json), error));
        return document;
    }

    /// <summary>Decodes both base64 alphabets, with and without padding.</summary>
    private static bool TryDecode(byte[] text, out byte[] decoded)
    {
        text.AsSpan().Replace((byte)'+', (byte)'-');
        text.AsSpan().Replace((byte)'/', (byte)'_');
        decoded = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromUtf8(text, decoded, out _, out var written) != OperationStatus.Done)
            return false;
        decoded = decoded[..written];
        return true;
    }

    private static JsonElement? Unwrap(TrackerEvent target, JsonElement envelope, string expected)
    {
        if (SchemaOf(target, envelope) is not { } schema)
            return null;
        var criterion = expected[..(expected.LastIndexOf('-') + 1)] + "*";
        if (!schema.ToString().StartsWith(criterion[..^1], StringComparison.Ordinal))
        {
            target.Violations.Add(BadRowMessage.WrongSchema(schema.ToString(), criterion));
            return null;
        }
        return Member(envelope, "data"u8);
    }

    /// <summary>The schema of a self-describing JSON; null, with a violation noted, when it is none.</summary>
    private static IgluUri? SchemaOf(TrackerEvent target, JsonElement json)
    {
        var code = "INVALID_DATA_PAYLOAD";
        if (json.ValueKind == JsonValueKind.Object
            && Member(json, "schema"u8) is { ValueKind: JsonValueKind.String } schema
            && Member(json, "data"u8) is not null
            && IgluUri.TryParse(TextOf(schema), out var uri, out code))
            return uri;
        target.Violations.Add(BadRowMessage.NotSelfDescribing(json.GetRawText(), code));
        return null;
    }
}
