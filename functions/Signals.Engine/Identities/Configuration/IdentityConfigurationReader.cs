using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Reads the JSON form of configurations (spec identities, 3 and appendix A). What people write may not have members that nobody knows: a misspelt
/// one would change who is merged with whom. What is stored may, since a newer version may have stored it.
/// </summary>
/// <param name="isStored">Whether it was stored.</param>
internal sealed class IdentityConfigurationReader(bool isStored)
{
    private const int MaxRules = 50;
    private const int MaxValues = 1000;
    private const int MaxPriority = 1_000_000_000;
    private const int MaxLimit = 1_000_000;
    private const int LongestBudget = 60_000;
    private const int LongestAliasAge = 365 * 24 * 3600;

    public IdentityConfiguration? Read(DefinitionReader reader)
    {
        Know(
            reader, "identifiers", "cross_domain_aliases", "alias_max_age_seconds", "filters", "blocked_values", "accept_integers", "include_derived_contexts",
            "id_strategy", "id_secret", "id_secret_set", "limits", "fallback", "write_decisions");
        var identifiers = reader.RequiredList("identifiers", 0, IdentityConfigurationRules.MaxTypes, ReadType);
        var aliasAge = reader.Integer("alias_max_age_seconds", 1, LongestAliasAge);
        var configuration = new IdentityConfiguration
        {
            Identifiers = identifiers,
            CrossDomainAliases = reader.Boolean("cross_domain_aliases") ?? false,
            AliasMaxAge = aliasAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Filters = reader.Object("filters", ReadFilters),
            BlockedValues = reader.Texts("blocked_values", 0, MaxValues, TextRules.PropertyValue) ?? [],
            AcceptsIntegers = reader.Boolean("accept_integers") ?? false,
            IncludesDerivedContexts = reader.Boolean("include_derived_contexts") ?? false,
            IdStrategy = reader.Choice("id_strategy", IdentityConfigurationNames.Strategies) ?? IdStrategy.Identifier,
            IdSecret = reader.Text("id_secret", TextRules.Secret),
            Limits = reader.Object("limits", ReadLimits) ?? new IdentityLimits(),
            StoreBudget = reader.Object("fallback", ReadFallback) ?? new IdentityConfiguration().StoreBudget,
            WritesDecisions = reader.Boolean("write_decisions") ?? false,
        };
        return reader.Failed ? null : configuration;
    }

    private IdentifierType? ReadType(DefinitionReader reader)
    {
        Know(reader, "name", "field", "property", "unique", "priority", "ttl_days", "normalise", "default_blocked_values");
        var name = reader.RequiredText("name", TextRules.IdentifierName);
        var field = IdentityFieldJson.ReadMember(reader, reader.Spelling("field", "property"));
        var priority = reader.Integer("priority", -MaxPriority, MaxPriority);
        if (priority is null && !reader.Has("priority"))
            reader.Fail("priority", "missing", "Field required");
        var ttl = reader.Integer("ttl_days", IdentityConfigurationRules.ShortestTtlDays, IdentityConfigurationRules.LongestTtlDays);
        var unique = reader.Boolean("unique") ?? false;
        var normalise = reader.Choice("normalise", IdentityConfigurationNames.Normalisations) ?? ValueNormalisation.None;
        var blocks = reader.Boolean("default_blocked_values") ?? true;
        return reader.Failed || field is null ? null : new IdentifierType
        {
            Name = name,
            Field = field,
            IsUnique = unique,
            Priority = priority!.Value,
            TtlDays = ttl,
            Normalise = normalise,
            UsesDefaultBlockList = blocks,
        };
    }

    private IdentityFilters? ReadFilters(DefinitionReader reader)
    {
        Know(reader, "logic", "rules");
        var logic = reader.RequiredChoice("logic", IdentityConfigurationNames.Logics);
        var rules = reader.RequiredList("rules", 1, MaxRules, ReadRule);
        return reader.Failed ? null : new IdentityFilters(logic is FilterLogic.All, rules);
    }

    private IdentityFilter? ReadRule(DefinitionReader reader)
    {
        Know(reader, "property", "field", "operator", "values");
        var property = IdentityFieldJson.ReadMember(reader, reader.Spelling("property", "field"));
        var comparison = reader.RequiredChoice("operator", IdentityConfigurationNames.Operators);
        if (!reader.Has("values"))
            reader.Fail("values", "missing", "Field required");
        var values = reader.Texts("values", 1, MaxValues, TextRules.PropertyValue);
        return reader.Failed ? null : new IdentityFilter(property!, comparison is FilterOperator.NotIn, values!);
    }

    private IdentityLimits? ReadLimits(DefinitionReader reader)
    {
        Know(
            reader, "max_identifiers_per_event", "max_value_length", "max_identifiers_per_profile", "max_merges_per_profile", "max_owners_per_identifier",
            "max_merges_per_identifier_per_hour");
        var defaults = new IdentityLimits();
        var limits = new IdentityLimits
        {
            IdentifiersPerEvent = reader.Integer("max_identifiers_per_event", 0, MaxLimit) ?? defaults.IdentifiersPerEvent,
            ValueLength = reader.Integer("max_value_length", 0, ValueHygiene.LongestValue) ?? defaults.ValueLength,
            IdentifiersPerProfile = reader.Integer("max_identifiers_per_profile", 0, MaxLimit) ?? defaults.IdentifiersPerProfile,
            MergesPerProfile = reader.Integer("max_merges_per_profile", 0, MaxLimit) ?? defaults.MergesPerProfile,
            OwnersPerIdentifier = reader.Integer("max_owners_per_identifier", 0, MaxLimit) ?? defaults.OwnersPerIdentifier,
            MergesPerIdentifierPerHour = reader.Integer("max_merges_per_identifier_per_hour", 0, MaxLimit) ?? defaults.MergesPerIdentifierPerHour,
        };
        return reader.Failed ? null : limits;
    }

    private TimeSpan? ReadFallback(DefinitionReader reader)
    {
        Know(reader, "store_budget_ms");
        return reader.Integer("store_budget_ms", 1, LongestBudget) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    private void Know(DefinitionReader reader, params ReadOnlySpan<string> members)
    {
        if (!isStored)
            reader.RefuseOthers(members);
    }
}
