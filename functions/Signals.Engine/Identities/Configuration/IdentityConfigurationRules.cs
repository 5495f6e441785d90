using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>What a configuration has to fulfil as a whole, and what is allowed but unwise (spec identities, 3.4).</summary>
internal static class IdentityConfigurationRules
{
    public const int MaxTypes = 20;
    public const int ShortestTtlDays = 7;
    public const int LongestTtlDays = 36_500;

    /// <summary>Columns that are new with every event or session, or hold a time.</summary>
    private static readonly HashSet<string> ShortLivedColumns = new(StringComparer.Ordinal)
    {
        "domain_sessionid", "domain_sessionidx", "event_id", "event_fingerprint", "txn_id",
    };

    /// <summary>Entity members that are new with every page view or session.</summary>
    private static readonly HashSet<(string Name, string Path)> ShortLivedMembers =
    [
        ("web_page", "id"), ("client_session", "sessionId"), ("client_session", "previousSessionId"), ("client_session", "firstEventId"), ("screen", "id"),
    ];

    /// <summary>Adds what makes the configuration unusable.</summary>
    public static void Validate(IdentityConfiguration configuration, FieldPath path, FieldErrors errors)
    {
        var types = configuration.Identifiers;
        var list = path.At("identifiers");
        for (var i = 0; i < types.Count; i++)
        {
            var type = types[i];
            var earlier = types.Take(i).ToList();
            if (earlier.Any(other => other.Name == type.Name))
                errors.AddValue(list.At(i).At("name"), $"'{type.Name}' is the name of an identifier before it");
            if (earlier.FirstOrDefault(other => other.Field == type.Field) is { } twin)
                errors.AddValue(list.At(i).At("field"), $"identifier '{twin.Name}' has this field already");
            if (type.IsUnique && earlier.FirstOrDefault(other => other.IsUnique) is { } unique)
                errors.AddValue(list.At(i).At("unique"), $"identifier '{unique.Name}' is unique already, and one at most may be");
            if (IsJson(type.Field))
                errors.AddValue(list.At(i).At("field"), "a column of JSON is no identifier: name a path in an event or entity");
        }
        for (var i = 0; i < (configuration.Filters?.Rules.Count ?? 0); i++)
            if (IsJson(configuration.Filters!.Rules[i].Property))
                errors.AddValue(path.At("filters").At("rules").At(i).At("property"), "a column of JSON cannot be compared: name a path in an event or entity");
        if (configuration.CrossDomainAliases)
            ValidateAliases(types, path.At("cross_domain_aliases"), errors);
    }

    /// <summary>What is allowed but will probably be regretted, in words.</summary>
    public static IReadOnlyList<string> Warnings(IdentityConfiguration configuration)
    {
        var warnings = new List<string>();
        var highest = configuration.Identifiers.Select(type => type.Priority).DefaultIfEmpty().Max();
        foreach (var type in configuration.Identifiers)
        {
            if (type.IsUnique && (type.Priority < highest || configuration.Identifiers.Count(other => other.Priority == highest) > 1))
                warnings.Add($"identifiers: '{type.Name}' is unique but has not the highest priority: while the store is away, several people may get one id");
            if (IsShortLived(type.Field))
                warnings.Add($"identifiers: '{type.Name}' has a new value with every event, page view or session, or a time in it: it links nothing and fills the graph");
        }
        if (configuration.IdStrategy is not IdStrategy.Identifier)
            warnings.Add("id_strategy: ids that do not follow from identifiers differ from Snowplow's, and from the fallback ids given while the store is away");
        return warnings;
    }

    private static void ValidateAliases(IReadOnlyList<IdentifierType> types, FieldPath path, FieldErrors errors)
    {
        var targets = types.Where(type => CrossDomainAlias.Targets.Contains(type.Name)).ToList();
        if (targets.Count == 0)
            errors.AddValue(path, $"aliases need an identifier named {string.Join(" or ", CrossDomainAlias.Targets.Select(name => $"'{name}'"))}");
        if (targets.FirstOrDefault(type => type.IsUnique) is { } unique)
            errors.AddValue(path, $"aliases are values of '{unique.Name}', which can therefore not be unique");
    }

    private static bool IsJson(PropertyReference field) =>
        field is AtomicReference atomic && AtomicColumns.All[atomic.Column].Type is AtomicColumnType.Json;

    private static bool IsShortLived(PropertyReference field) => field switch
    {
        AtomicReference atomic => ShortLivedColumns.Contains(AtomicColumns.All[atomic.Column].Name)
            || AtomicColumns.All[atomic.Column].Type is AtomicColumnType.Timestamp,
        EntityReference entity => ShortLivedMembers.Contains((entity.Schema.Name, entity.Path.ToString())),
        _ => false,
    };
}
