using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.Engine.Definitions;

namespace Signals.Engine.Identities;

/// <summary>A version as it is stored.</summary>
internal sealed record StoredIdentityConfiguration(
    string Author, DateTimeOffset At, IReadOnlyList<ConfigurationChange> Changes, JsonElement Configuration);

/// <summary>How versions are stored: rows of the definition store, which other kinds of rows do not meet.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredIdentityConfiguration))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class IdentityAuditJson : JsonSerializerContext
{
    private const string Kind = "identity_configuration";
    private const string Name = "identities";

    /// <summary>The row of a version.</summary>
    public static StoredDefinition ToRow(IdentityConfigurationVersion version)
    {
        using var configuration = JsonDocument.Parse(IdentityConfigurationJson.ToJson(version.Configuration));
        var stored = new StoredIdentityConfiguration(version.Author, version.At, version.Changes, configuration.RootElement);
        return new StoredDefinition(Kind, Name, (int)version.Configuration.Version, JsonSerializer.Serialize(stored, Default.StoredIdentityConfiguration));
    }

    /// <summary>The row that removes a version.</summary>
    public static StoredDefinition ToRemoval(IdentityConfigurationVersion version) => new(Kind, Name, (int)version.Configuration.Version, null);

    /// <summary>All stored versions, newest first.</summary>
    /// <exception cref="InvalidDataException">One cannot be read; the message names it.</exception>
    public static IReadOnlyList<IdentityConfigurationVersion> FromRows(StoredDefinitions stored) =>
        [.. stored.Definitions.Where(row => row.Kind == Kind).Select(FromRow).OrderByDescending(version => version.Configuration.Version)];

    private static IdentityConfigurationVersion FromRow(StoredDefinition row)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(row.Json ?? ""), Default.StoredIdentityConfiguration)!;
            if (IdentityConfigurationJson.TryReadStored(stored.Configuration, out var configuration, out var errors))
                return new IdentityConfigurationVersion(configuration with { Version = row.Version }, stored.Author, stored.At, stored.Changes);
            throw new JsonException($"{string.Join('.', errors[0].Loc)}: {errors[0].Msg}");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"Stored identity configuration version {row.Version} cannot be read: {error.Message}", error);
        }
    }
}
