using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>What <see cref="EventProjection"/> does, written to be obviously right: a DOM of every column, walked property by property.</summary>
internal static class NaiveProjection
{
    /// <summary>The kind and text of each property, or null when a JSON column is broken.</summary>
    public static IReadOnlyList<(SlotKind Kind, string Text)>? Read(IReadOnlyList<PropertyReference> properties, string[] columns)
    {
        try
        {
            var payloads = properties.OfType<EventReference>().Any() ? SelfDescribing(columns[AtomicColumns.UnstructEvent], entities: false) : [];
            var entities = properties.OfType<EntityReference>().Any()
                ? [.. SelfDescribing(columns[AtomicColumns.Contexts], true), .. SelfDescribing(columns[AtomicColumns.DerivedContexts], true)]
                : new List<(string Schema, JsonElement Data)>();
            return [.. properties.Select(property => property switch
            {
                EventReference reference => Find(payloads, reference.Schema, 0, reference.Path),
                EntityReference reference => Find(entities, reference.Schema, reference.Index, reference.Path),
                _ => throw new NotSupportedException(),
            })];
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A property for every value in an intact event that a path can name.</summary>
    public static IReadOnlyList<PropertyReference> Properties(string[] columns)
    {
        var properties = new List<PropertyReference>();
        foreach (var (schema, data) in SelfDescribing(columns[AtomicColumns.UnstructEvent], false))
            if (Selector(schema) is { } selector)
                properties.AddRange(Paths(data, "").Select(path => new EventReference(selector, path)));
        var seen = new Dictionary<SchemaSelector, int>();
        foreach (var (schema, data) in SelfDescribing(columns[AtomicColumns.Contexts], true).Concat(SelfDescribing(columns[AtomicColumns.DerivedContexts], true)))
            if (Selector(schema) is { } selector)
            {
                var index = seen[selector] = seen.GetValueOrDefault(selector, -1) + 1;
                properties.AddRange(Paths(data, "").Select(path => new EntityReference(selector, index, path)));
            }
        return properties;

        static SchemaSelector? Selector(string schema) =>
            schema["iglu:".Length..].Split('/') is [not "~" and var vendor, var name, _, var version]
                ? new SchemaSelector(vendor, name, int.Parse(version.Split('-')[0], CultureInfo.InvariantCulture))
                : null;
    }

    private static IEnumerable<JsonPath> Paths(JsonElement value, string path)
    {
        if (path.Length > 0 && JsonPath.TryParse(path.TrimStart('.'), out var parsed, out _))
            yield return parsed;
        var inner = value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Where(member => member.Name is not ("" or "[0]")).SelectMany(member => Paths(member.Value, $"{path}.{member.Name}")),
            JsonValueKind.Array => value.EnumerateArray().Take(4).SelectMany((item, i) => Paths(item, $"{path}[{i}]")),
            _ => [],
        };
        foreach (var found in inner)
            yield return found;
    }

    private static List<(string Schema, JsonElement Data)> SelfDescribing(string column, bool entities)
    {
        var found = new List<(string, JsonElement)>();
        if (column.Length == 0)
            return found;
        var root = JsonDocument.Parse(Encoding.UTF8.GetBytes(column)).RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException();
        if (Member(root, "data") is not { } data || data.ValueKind == JsonValueKind.Null)
            return found;
        if (entities && data.ValueKind != JsonValueKind.Array)
            throw new FormatException();
        foreach (var item in entities ? [.. data.EnumerateArray()] : new[] { data })
        {
            if (item.ValueKind != JsonValueKind.Object
                || Member(item, "schema") is not { ValueKind: JsonValueKind.String } schema
                || Member(item, "data") is not { } inner)
                throw new FormatException();
            found.Add((Unescape(schema), inner));
        }
        return found;
    }

    private static (SlotKind, string) Find(List<(string Schema, JsonElement Data)> candidates, SchemaSelector selector, int index, JsonPath path)
    {
        var matching = candidates.Where(candidate => Matches(candidate.Schema, selector)).ToList();
        if (index >= matching.Count)
            return (SlotKind.Missing, "");
        JsonElement? value = matching[index].Data;
        foreach (var step in path.Steps)
        {
            value = step.Member is null
                ? value is { ValueKind: JsonValueKind.Array } array && step.Index < array.GetArrayLength() ? array[step.Index] : null
                : value is { ValueKind: JsonValueKind.Object } parent ? Member(parent, step.Member) : null;
            if (value is null)
                return (SlotKind.Missing, "");
        }
        return value!.Value.ValueKind switch
        {
            JsonValueKind.String => (SlotKind.Text, Unescape(value.Value)),
            JsonValueKind.Number => (SlotKind.Number, value.Value.GetRawText()),
            JsonValueKind.True => (SlotKind.True, "true"),
            JsonValueKind.False => (SlotKind.False, "false"),
            JsonValueKind.Array => (SlotKind.Array, value.Value.GetRawText()),
            JsonValueKind.Object => (SlotKind.Object, value.Value.GetRawText()),
            _ => (SlotKind.Missing, ""),
        };
    }

    private static bool Matches(string schema, SchemaSelector selector)
    {
        if (!schema.StartsWith("iglu:", StringComparison.Ordinal))
            return false;
        var parts = schema["iglu:".Length..].Split('/');
        if (parts.Length != 4 || parts[3].Split('-')[0] != selector.MajorVersion.ToString(CultureInfo.InvariantCulture))
            return false;
        return parts[0] == "~"
            ? parts[1] == SchemaMember.NameOf(selector.Vendor, selector.Name)
            : parts[0] == selector.Vendor && parts[1] == selector.Name;
    }

    private static JsonElement? Member(JsonElement parent, string name)
    {
        foreach (var member in parent.EnumerateObject())
            if (Unescape(JsonMarshal.GetRawUtf8PropertyName(member)) == name)
                return member.Value;
        return null;
    }

    private static string Unescape(JsonElement text) => Unescape(Encoding.UTF8.GetBytes(text.GetRawText()).AsSpan()[1..^1]);

    public static string Unescape(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }
            i++;
            if (text[i] == 'u')
            {
                plain.Append((char)int.Parse(text.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
                plain.Append("\"\\/\b\f\n\r\t"["\"\\/bfnrt".IndexOf(text[i])]);
        }
        // a surrogate without its partner becomes U+FFFD
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(plain.ToString()));
    }
}
