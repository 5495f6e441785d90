using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>Reads requests to <c>/com.snowplowanalytics.iglu/v1?schema=…</c>: the request is the data of a self-describing event (spec enriched-events, section 8.1).</summary>
internal static class IgluWebhook
{
    /// <summary>First segment of the path.</summary>
    public const string Vendor = "com.snowplowanalytics.iglu";

    /// <summary>Second segment of the path.</summary>
    public const string Version = "v1";

    // Parameters of the tracker protocol that may stand in the query string beside the schema.
    private static readonly string[] Accepted = ["nuid", "aid", "cv", "eid", "ttm", "url", "p"];

    /// <summary>The parameters of each event; null, with the reason, when the request is wrong.</summary>
    public static IReadOnlyList<Dictionary<string, string>>? Read(
        CollectorRequest request, IReadOnlyDictionary<string, string> query, out BadRowMessage? message)
    {
        message = null;
        var schema = query.GetValueOrDefault("schema");
        if (schema is null || !IgluUri.TryParse(schema, out var uri, out _))
        {
            message = BadRowMessage.Expected("schema", schema, "an Iglu URI in the query string");
            return null;
        }
        if (request.Body.IsEmpty)
            return [ToParameters(uri, DataOf(query), query)];

        if (!TrackerProtocol.IsJson(request.ContentType))
        {
            message = BadRowMessage.Expected("contentType", request.ContentType, TrackerProtocol.JsonTypes);
            return null;
        }
        using var body = SelfDescribingJson.Parse(request.Body, out var error);
        if (body is null)
        {
            message = BadRowMessage.Unreadable("body", Encoding.UTF8.GetString(request.Body.Span), error);
            return null;
        }
        var root = body.RootElement;
        switch (root.ValueKind)
        {
            case JsonValueKind.Object:
                return [ToParameters(uri, SelfDescribingJson.Compact(root), query)];
            case JsonValueKind.Array when root.GetArrayLength() is > 0 and <= TrackerPayload.MaxEvents:
                return [.. root.EnumerateArray().Select(item => ToParameters(uri, SelfDescribingJson.Compact(item), query))];
            default:
                message = BadRowMessage.Expected("body", Encoding.UTF8.GetString(request.Body.Span), $"an object, or an array of 1 to {TrackerPayload.MaxEvents}");
                return null;
        }
    }

    private static Dictionary<string, string> ToParameters(IgluUri schema, string data, IReadOnlyDictionary<string, string> query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["e"] = "ue",
            ["p"] = "srv",
            ["tv"] = "com.snowplowanalytics.iglu-v1",
            ["ue_pr"] = $$$"""{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"{{{schema}}}","data":{{{data}}}}}""",
        };
        foreach (var name in Accepted)
            if (query.TryGetValue(name, out var value))
                parameters[name] = value;
        return parameters;
    }

    private static string DataOf(IReadOnlyDictionary<string, string> query)
    {
        var data = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in query)
                if (name != "schema")
                    json.WriteString(name, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(data.WrittenSpan);
    }
}
