using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Identities;

/// <summary>
/// Configurations in JSON (spec identities, appendix A). Reading collects every error with its place; writing is exact and round-trips.
/// </summary>
public static class IdentityConfigurationJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads and checks a configuration as people write it. Its version is 0.</summary>
    public static bool TryRead(
        JsonElement body, [NotNullWhen(true)] out IdentityConfiguration? configuration, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, isStored: false, out configuration, out errors);

    /// <summary>Reads a configuration that was stored, perhaps by a newer version with members that are not known here.</summary>
    internal static bool TryReadStored(
        JsonElement stored, [NotNullWhen(true)] out IdentityConfiguration? configuration, out IReadOnlyList<FieldError> errors) =>
        TryRead(stored, isStored: true, out configuration, out errors);

    /// <summary>Reads and checks a configuration in UTF-8.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out IdentityConfiguration? configuration, out IReadOnlyList<FieldError> errors)
    {
        if (JsonBody.TryParse(utf8, out var body, out var broken))
            return TryRead(body, out configuration, out errors);
        configuration = null;
        errors = [broken];
        return false;
    }

    /// <summary>What is allowed but will probably be regretted, in words; empty for nothing.</summary>
    public static IReadOnlyList<string> WarningsAbout(IdentityConfiguration configuration) => IdentityConfigurationRules.Warnings(configuration);

    /// <summary>What differs between two configurations; never a secret.</summary>
    public static IReadOnlyList<ConfigurationChange> ChangesBetween(IdentityConfiguration before, IdentityConfiguration after) =>
        IdentityConfigurationChanges.Between(before, after);

    /// <summary>The JSON of a configuration, with its secret.</summary>
    public static string ToJson(IdentityConfiguration configuration)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, configuration, withSecret: true);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a configuration as one object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="withSecret">False for readers who must not see <c>id_secret</c>: they see <c>id_secret_set</c>.</param>
    public static void Write(Utf8JsonWriter writer, IdentityConfiguration configuration, bool withSecret)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("identifiers");
        foreach (var type in configuration.Identifiers)
            Write(writer, type);
        writer.WriteEndArray();
        writer.WriteBoolean("cross_domain_aliases", configuration.CrossDomainAliases);
        if (configuration.AliasMaxAge is { } age)
            writer.WriteNumber("alias_max_age_seconds", (long)age.TotalSeconds);
        Write(writer, configuration.Filters);
        writer.WriteStartArray("blocked_values");
        foreach (var value in configuration.BlockedValues)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
        writer.WriteBoolean("accept_integers", configuration.AcceptsIntegers);
        writer.WriteBoolean("include_derived_contexts", configuration.IncludesDerivedContexts);
        writer.WriteString("id_strategy", IdentityConfigurationNames.Strategies[configuration.IdStrategy]);
        if (configuration.IdSecret is { } secret && withSecret)
            writer.WriteString("id_secret", secret);
        else if (configuration.IdSecret is not null)
            writer.WriteBoolean("id_secret_set", true);
        Write(writer, configuration.Limits);
        writer.WriteStartObject("fallback");
        writer.WriteNumber("store_budget_ms", (long)configuration.StoreBudget.TotalMilliseconds);
        writer.WriteEndObject();
        writer.WriteBoolean("write_decisions", configuration.WritesDecisions);
        writer.WriteEndObject();
    }

    private static bool TryRead(
        JsonElement body, bool isStored, [NotNullWhen(true)] out IdentityConfiguration? configuration, out IReadOnlyList<FieldError> errors)
    {
        var found = new FieldErrors();
        configuration = DefinitionReader.Read(body, FieldPath.Body, found, new IdentityConfigurationReader(isStored).Read);
        if (configuration is not null)
            IdentityConfigurationRules.Validate(configuration, FieldPath.Body, found);
        errors = found.Kept;
        if (found.Count > 0)
            configuration = null;
        return configuration is not null;
    }

    private static void Write(Utf8JsonWriter writer, IdentifierType type)
    {
        writer.WriteStartObject();
        writer.WriteString("name", type.Name);
        writer.WritePropertyName("field");
        IdentityFieldJson.Write(writer, type.Field);
        writer.WriteBoolean("unique", type.IsUnique);
        writer.WriteNumber("priority", type.Priority);
        if (type.TtlDays is { } days)
            writer.WriteNumber("ttl_days", days);
        writer.WriteString("normalise", IdentityConfigurationNames.Normalisations[type.Normalise]);
        writer.WriteBoolean("default_blocked_values", type.UsesDefaultBlockList);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IdentityFilters? filters)
    {
        if (filters is null)
        {
            writer.WriteNull("filters");
            return;
        }
        writer.WriteStartObject("filters");
        writer.WriteString("logic", IdentityConfigurationNames.Logics[filters.RequiresAll ? FilterLogic.All : FilterLogic.Any]);
        writer.WriteStartArray("rules");
        foreach (var rule in filters.Rules)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("property");
            IdentityFieldJson.Write(writer, rule.Property);
            writer.WriteString("operator", IdentityConfigurationNames.Operators[rule.IsNegated ? FilterOperator.NotIn : FilterOperator.In]);
            writer.WriteStartArray("values");
            foreach (var value in rule.Values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IdentityLimits limits)
    {
        writer.WriteStartObject("limits");
        writer.WriteNumber("max_identifiers_per_event", limits.IdentifiersPerEvent);
        writer.WriteNumber("max_value_length", limits.ValueLength);
        writer.WriteNumber("max_identifiers_per_profile", limits.IdentifiersPerProfile);
        writer.WriteNumber("max_merges_per_profile", limits.MergesPerProfile);
        writer.WriteNumber("max_owners_per_identifier", limits.OwnersPerIdentifier);
        writer.WriteNumber("max_merges_per_identifier_per_hour", limits.MergesPerIdentifierPerHour);
        writer.WriteEndObject();
    }
}
