using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Signals.Engine.Tests.Events;

/// <summary>Checks a JSON against its published schema: as much of JSON Schema draft 4 as the schemas of bad rows use.</summary>
internal static class IgluSchemas
{
    private static readonly Dictionary<string, JsonObject> Known = [];

    /// <summary>True when the published schemas are here.</summary>
    public static bool AreHere => SampleData.Has("iglu-schemas");

    /// <summary>What in a self-describing JSON breaks its schema; null when nothing does.</summary>
    public static string? FindViolation(JsonNode selfDescribing)
    {
        var uri = selfDescribing["schema"]!.ToString();
        lock (Known)
        {
            if (!Known.TryGetValue(uri, out var schema))
                Known[uri] = schema = JsonNode.Parse(SampleData.Bytes("iglu-schemas/" + uri["iglu:".Length..]))!.AsObject();
            return Find(schema, selfDescribing["data"], "$");
        }
    }

    private static string? Find(JsonNode schema, JsonNode? value, string path)
    {
        if (schema["type"] is { } type && !Types(type).Any(name => IsOfType(value, name)))
            return $"{path} is not of type {type.ToJsonString()}";
        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
            return $"{path} is not one of {choices.ToJsonString()}";
        if (schema["anyOf"] is JsonArray any && any.All(option => Find(option!, value, path) is not null))
            return $"{path} fits none of the alternatives";
        if (schema["oneOf"] is JsonArray one && one.Count(option => Find(option!, value, path) is null) != 1)
            return $"{path} fits not exactly one of the alternatives";
        return value switch
        {
            JsonObject json => FindInObject(schema, json, path),
            JsonArray array => FindInArray(schema, array, path),
            JsonValue scalar => FindInScalar(schema, scalar, path),
            _ => null,
        };
    }

    private static string? FindInObject(JsonNode schema, JsonObject json, string path)
    {
        foreach (var name in schema["required"]?.AsArray() ?? [])
            if (!json.ContainsKey(name!.ToString()))
                return $"{path}.{name} is missing";
        foreach (var (name, member) in json)
        {
            if (schema["properties"]?[name] is { } inner)
            {
                if (Find(inner, member, $"{path}.{name}") is { } violation)
                    return violation;
            }
            else if (schema["additionalProperties"] is JsonValue allowed && !(bool)allowed)
                return $"{path}.{name} is not allowed";
        }
        return null;
    }

    private static string? FindInArray(JsonNode schema, JsonArray array, string path)
    {
        if (array.Count < ((int?)schema["minItems"] ?? 0))
            return $"{path} has too few items";
        return schema["items"] is { } items ? array.Select((item, i) => Find(items, item, $"{path}[{i}]")).FirstOrDefault(violation => violation is not null) : null;
    }

    private static string? FindInScalar(JsonNode schema, JsonValue value, string path)
    {
        if (value.TryGetValue(out string? text))
        {
            if (text.Length > ((int?)schema["maxLength"] ?? int.MaxValue))
                return $"{path} is too long";
            if (schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern.ToString()))
                return $"{path} does not match {pattern}";
            if (schema["format"]?.ToString() == "uuid" && !Guid.TryParseExact(text, "D", out _))
                return $"{path} is no UUID";
            if (schema["format"]?.ToString() == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
                return $"{path} is no date-time";
        }
        else if (value.TryGetValue(out double number) && (number < ((double?)schema["minimum"] ?? double.MinValue) || number > ((double?)schema["maximum"] ?? double.MaxValue)))
            return $"{path} is out of range";
        return null;
    }

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray several ? several.Select(name => name!.ToString()) : [type.ToString()];

    private static bool IsOfType(JsonNode? value, string type) => value?.GetValueKind() switch
    {
        null => type == "null",
        System.Text.Json.JsonValueKind.Object => type == "object",
        System.Text.Json.JsonValueKind.Array => type == "array",
        System.Text.Json.JsonValueKind.String => type == "string",
        System.Text.Json.JsonValueKind.Number => type == "number" || type == "integer" && value.ToJsonString().All(c => char.IsDigit(c) || c == '-'),
        _ => type == "boolean",
    };
}
