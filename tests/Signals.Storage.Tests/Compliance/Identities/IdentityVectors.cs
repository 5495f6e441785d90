using System.Text.Json;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>The worked scenarios of spec identities, appendix B.</summary>
public static class IdentityVectors
{
    private static readonly Dictionary<string, JsonElement> Scenarios = Load();

    public static TheoryData<string> Names => new(Scenarios.Keys);

    /// <summary>Scenarios in which events run at the same time.</summary>
    public static TheoryData<string> ConcurrentNames => new(Scenarios.Keys.Where(name => name.StartsWith("concurrent_", StringComparison.Ordinal)));

    /// <summary>Scenarios that hold however ids are made.</summary>
    public static TheoryData<string> NamesForAnyStrategy => new(Scenarios.Keys.Where(name =>
        name is not ("id_derivation" or "tie_break_equal_created_at" or "concurrent_creation_same_top_identifier")
        && !name.StartsWith("fallback_", StringComparison.Ordinal)));

    public static JsonElement Get(string name) => Scenarios[name];

    public static IdentityConfiguration Configuration(JsonElement scenario)
    {
        var config = scenario.GetProperty("config");
        var ttl = config.TryGetProperty("ttl_days", out var days) ? days : default;
        var limits = config.TryGetProperty("limits", out var given) ? given : default;
        return new IdentityConfiguration
        {
            Identifiers = [.. config.GetProperty("identifiers").EnumerateArray().Select(type => new IdentifierType
            {
                Name = type.GetProperty("name").GetString()!,
                Field = FieldOf(type.GetProperty("property").GetString()!),
                Priority = type.GetProperty("priority").GetInt32(),
                IsUnique = type.GetProperty("unique").GetBoolean(),
                TtlDays = Number(ttl, type.GetProperty("name").GetString()!),
            })],
            CrossDomainAliases = config.GetProperty("cross_domain_aliases").GetBoolean(),
            BlockedValues = config.TryGetProperty("blocked_values", out var blocked) ? [.. blocked.EnumerateArray().Select(value => value.GetString()!)] : [],
            Filters = config.TryGetProperty("filters", out var filters) ? FiltersOf(filters) : null,
            Limits = IdentityLimits.Off with
            {
                ValueLength = 1000,
                MergesPerProfile = Number(limits, "max_merges_per_profile") ?? 0,
                OwnersPerIdentifier = Number(limits, "max_owners_per_identifier") ?? 0,
            },

            // The scenarios are about decisions; a slow machine must not turn them into fallbacks.
            StoreBudget = TimeSpan.FromMinutes(1),
        };
    }

    private static Dictionary<string, JsonElement> Load()
    {
        using var stream = typeof(IdentityVectors).Assembly.GetManifestResourceStream("identities-vectors.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateArray().ToDictionary(scenario => scenario.GetProperty("name").GetString()!, scenario => scenario.Clone());
    }

    private static int? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    private static PropertyReference FieldOf(string property) => property switch
    {
        "apple_idfv" => EntityField("mobile_context", "appleIdfv"),
        "client_session_user_id" => EntityField("client_session", "userId"),
        _ => new AtomicReference(AtomicColumns.IndexOf(property)),
    };

    private static EntityReference EntityField(string name, string member)
    {
        Assert.True(JsonPath.TryParse(member, out var path, out _));
        return new EntityReference(new SchemaSelector("com.snowplowanalytics.snowplow", name, 1), 0, path);
    }

    private static IdentityFilters FiltersOf(JsonElement filters) => new(
        filters.GetProperty("logic").GetString() == "all",
        [.. filters.GetProperty("rules").EnumerateArray().Select(rule => new IdentityFilter(
            FieldOf(rule.GetProperty("property").GetString()!),
            rule.GetProperty("operator").GetString() == "nin",
            [.. rule.GetProperty("values").EnumerateArray().Select(value => value.GetString()!)]))]);
}
