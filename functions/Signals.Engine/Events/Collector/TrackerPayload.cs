using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>Reads the body of a POST against the schema <c>payload_data</c> (spec enriched-events, section 9.1).</summary>
internal static class TrackerPayload
{
    /// <summary>
    /// Most events in one request. Each may become a bad row that repeats the request, so a body full of tiny events would grow
    /// without bound.
    /// </summary>
    public const int MaxEvents = 2000;

    private const string Criterion = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-*";
    private const int MaxMessages = 100;

    private static readonly string[] Required = ["tv", "p", "e"];

    /// <summary>The parameters of each event in the body; null, with the reasons, when anything in it is wrong.</summary>
    public static IReadOnlyList<Dictionary<string, string>>? Read(JsonElement body, out IReadOnlyList<BadRowMessage> messages)
    {
        messages = [];
        var code = "INVALID_DATA_PAYLOAD";
        if (body.ValueKind != JsonValueKind.Object
            || SelfDescribingJson.Member(body, "schema"u8) is not { ValueKind: JsonValueKind.String } schema
            || SelfDescribingJson.Member(body, "data"u8) is not { } data
            || !IgluUri.TryParse(SelfDescribingJson.TextOf(schema), out var uri, out code))
        {
            messages = [BadRowMessage.NotSelfDescribing(body.GetRawText(), code)];
            return null;
        }
        if (!uri.ToString().StartsWith(Criterion[..^1], StringComparison.Ordinal))
        {
            messages = [BadRowMessage.WrongSchema(uri.ToString(), Criterion)];
            return null;
        }
        var found = new List<BadRowMessage>();
        var events = ReadEvents(data, uri.ToString(), found);
        messages = found;
        return found.Count == 0 ? events : null;
    }

    private static List<Dictionary<string, string>> ReadEvents(JsonElement data, string schema, List<BadRowMessage> messages)
    {
        var events = new List<Dictionary<string, string>>();
        if (data.ValueKind != JsonValueKind.Array)
            messages.Add(BadRowMessage.Invalid(schema, $"$: {NameOf(data)} found, array expected", "$", "type"));
        else if (data.GetArrayLength() == 0)
            messages.Add(BadRowMessage.Invalid(schema, "$: there must be a minimum of 1 items in the array", "$", "minItems"));
        else if (data.GetArrayLength() > MaxEvents)
            messages.Add(BadRowMessage.Invalid(schema, $"$: there must be a maximum of {MaxEvents} items in the array", "$", "maxItems"));
        else
            foreach (var item in data.EnumerateArray())
            {
                events.Add(ReadEvent(item, $"$[{events.Count}]", schema, messages));
                if (messages.Count >= MaxMessages)
                    break;
            }
        return events;
    }

    private static Dictionary<string, string> ReadEvent(JsonElement item, string path, string schema, List<BadRowMessage> messages)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (item.ValueKind != JsonValueKind.Object)
        {
            messages.Add(BadRowMessage.Invalid(schema, $"{path}: {NameOf(item)} found, object expected", path, "type"));
            return parameters;
        }
        foreach (var member in item.EnumerateObject())
        {
            if (messages.Count >= MaxMessages)
                return parameters;
            var name = JsonText.ToString(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8PropertyName(member));
            if (!TrackerParameters.PermittedInBody.Contains(name))
                messages.Add(BadRowMessage.Invalid(schema, $"{path}.{name}: is not defined in the schema and the schema does not allow additional properties", path, "additionalProperties"));
            else if (member.Value.ValueKind != JsonValueKind.String)
                messages.Add(BadRowMessage.Invalid(schema, $"{path}.{name}: {NameOf(member.Value)} found, string expected", $"{path}.{name}", "type"));
            else
                parameters[name] = SelfDescribingJson.TextOf(member.Value);
        }
        foreach (var name in Required)
            if (SelfDescribingJson.Member(item, System.Text.Encoding.UTF8.GetBytes(name)) is null)
                messages.Add(BadRowMessage.Invalid(schema, $"{path}.{name}: is missing but it is required", path, "required"));
        return parameters;
    }

    private static string NameOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
