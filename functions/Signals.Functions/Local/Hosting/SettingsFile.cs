using System.Text.Json;
using Signals.Functions.Hosting;

namespace Signals.Functions.Local.Hosting;

/// <summary>Reads <c>local.settings.json</c>, the settings file of Azure Functions projects: its <c>Values</c> stand for environment variables.</summary>
internal static class SettingsFile
{
    public const string Name = "local.settings.json";

    /// <exception cref="SettingException">The file is there but cannot be read.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return [];
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.TryGetProperty("Values", out var values)
                ? [.. values.EnumerateObject().Select(value => KeyValuePair.Create(value.Name.Replace("__", ":", StringComparison.Ordinal), (string?)value.Value.ToString()))]
                : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new SettingException($"{path}: expected an object with a member Values of names and texts. {error.Message}");
        }
    }
}
