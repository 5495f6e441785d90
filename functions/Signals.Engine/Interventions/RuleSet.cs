using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>All published rules, found by the definitions that they refer to.</summary>
internal sealed class RuleSet : ProfileWatch
{
    private readonly Dictionary<KeyPlan, CompiledRule[]?[]> _byDefinition = [];
    private readonly IReadOnlyList<CompiledRule> _rules;
    private readonly InterventionOptions _options;

    private RuleSet(IReadOnlyList<CompiledRule> rules, InterventionOptions options)
    {
        _options = options;
        _rules = rules;
        LooksAcrossProfiles = rules.Any(rule => rule.Companions.Count > 1);
        foreach (var rule in rules)
            foreach (var reference in rule.References)
            {
                if (!_byDefinition.TryGetValue(reference.Plan, out var definitions))
                    _byDefinition.Add(reference.Plan, definitions = new CompiledRule[reference.Plan.Definitions.Count][]);
                ref var watchers = ref definitions[reference.Column.Definition.Index];
                watchers = watchers is null ? [rule] : watchers.Contains(rule) ? watchers : [.. watchers, rule];
            }
    }

    public override bool LooksAcrossProfiles { get; }

    /// <summary>Compiles the published interventions; null when there are none.</summary>
    public static RuleSet? From(PublishedDefinitions published, InterventionOptions options)
    {
        var rules = published.Snapshot.Interventions.Values
            .Where(definition => definition.IsPublished)
            .OrderByDescending(definition => definition.Guards.Priority)
            .ThenBy(definition => definition.Name, StringComparer.Ordinal).ThenBy(definition => definition.Version)
            .Select((definition, index) => new CompiledRule(definition, published, index))
            .ToList();
        return rules.Count == 0 ? null : new RuleSet(rules, options);
    }

    /// <summary>The rules that refer to a definition; null for none.</summary>
    public CompiledRule[]? RulesOf(KeyPlan plan, DefinitionPlan definition) =>
        _byDefinition.TryGetValue(plan, out var definitions) ? definitions[definition.Index] : null;

    /// <summary>The rule of an intervention version; null when it is not published any more.</summary>
    public CompiledRule? Find(VersionedName intervention) => _rules.FirstOrDefault(rule => rule.Definition.Id == intervention);

    public override IReadOnlyList<AttributeKeyDefinition> CompanionsOf(KeyPlan plan, DefinitionPlan definition) =>
        [.. (RulesOf(plan, definition) ?? []).SelectMany(rule => rule.Companions).DistinctBy(key => key.Name)];

    public override ProfileWatchSession Start(EventBatch batch, RoundDecisions? decisions, EventTime now) =>
        new RuleSession(this, _rules.Count, batch, decisions, now, _options);
}
