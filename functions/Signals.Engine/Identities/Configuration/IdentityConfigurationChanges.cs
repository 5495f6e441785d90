using System.Buffers;
using System.Text.Json;

namespace Signals.Engine.Identities;

/// <summary>Finds what differs between two configurations, member by member.</summary>
internal static class IdentityConfigurationChanges
{
    private const string Hidden = "\"(hidden)\"";

    public static IReadOnlyList<ConfigurationChange> Between(IdentityConfiguration before, IdentityConfiguration after)
    {
        var (old, current) = (Members(before), Members(after));
        var changes = new List<ConfigurationChange>();
        foreach (var path in old.Keys.Union(current.Keys).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(path), current.GetValueOrDefault(path));
            if (was != becomes)
                changes.Add(new ConfigurationChange(path, Cut(was), Cut(becomes)));
        }
        if (before.IdSecret is not null && after.IdSecret is not null && before.IdSecret != after.IdSecret)
            changes.Add(new ConfigurationChange("id_secret", Hidden, Hidden));
        return changes;
    }

    /// <summary>The JSON of every member by its path. Identifiers go by their names, so that one more does not look like all of them changed.</summary>
    private static Dictionary<string, string> Members(IdentityConfiguration configuration)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
            IdentityConfigurationJson.Write(writer, configuration, withSecret: false);
        using var document = JsonDocument.Parse(json.WrittenMemory);
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name == "identifiers")
                AddIdentifiers(member.Value, members);
            else
                Add(member.Name, member.Value, members);
        }
        return members;
    }

    private static void AddIdentifiers(JsonElement list, Dictionary<string, string> members)
    {
        members["identifiers"] = JsonSerializer.Serialize([.. list.EnumerateArray().Select(type => type.GetProperty("name").GetString()!)], IdentityAuditJson.Default.ListString);
        foreach (var type in list.EnumerateArray())
            Add($"identifiers.{type.GetProperty("name").GetString()}", type, members);
    }

    private static void Add(string path, JsonElement element, Dictionary<string, string> members)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            members[path] = element.GetRawText();
            return;
        }
        foreach (var member in element.EnumerateObject())
            Add($"{path}.{member.Name}", member.Value, members);
    }

    private static string? Cut(string? json) => json is { Length: > ConfigurationChange.MaxLength } ? json[..ConfigurationChange.MaxLength] : json;
}
