using Signals.Engine.Attributes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>One published version of an intervention, ready to be evaluated.</summary>
internal sealed class CompiledRule
{
    private readonly List<AttributeReference> _references = [];
    private readonly RuleNode _root;

    public CompiledRule(InterventionDefinition definition, PublishedDefinitions published, int index = 0)
    {
        Definition = definition;
        Index = index;
        _root = Compile(definition.Criteria, published);
        Payload = [.. definition.PayloadAttributeGroups.SelectMany(group => ColumnsOf(group, published))];
        Targets = [.. TargetNames().Select(name => published.Snapshot.AttributeKeys.GetValueOrDefault(name)).OfType<AttributeKeyDefinition>()];
        Companions =
        [
            .. Targets
                .Concat(_references.Concat(Payload).Select(reference => published.Snapshot.AttributeKeys[reference.Plan.Name]))
                .DistinctBy(key => key.Name),
        ];
        foreach (var key in Companions)
            published.PlanOf(key);
    }

    /// <summary>The definition.</summary>
    public InterventionDefinition Definition { get; }

    /// <summary>Its place among all rules: the higher priority first.</summary>
    public int Index { get; }

    /// <summary>The attributes that the rule refers to, each once.</summary>
    public IReadOnlyList<AttributeReference> References => _references;

    /// <summary>The columns that go along.</summary>
    public IReadOnlyList<AttributeReference> Payload { get; }

    /// <summary>The attribute keys that receive it, in order.</summary>
    public IReadOnlyList<AttributeKeyDefinition> Targets { get; }

    /// <summary>The attribute keys whose profiles must be at hand to evaluate and send it.</summary>
    public IReadOnlyList<AttributeKeyDefinition> Companions { get; }

    /// <summary>Whether profiles of an attribute key are looked at to evaluate and send it.</summary>
    public bool LooksAt(string attributeKey)
    {
        foreach (var companion in Companions)
            if (companion.Name == attributeKey)
                return true;
        return false;
    }

    /// <summary>
    /// Whether an event fires the rule: it was false before and is true after. With a <c>changed</c> in it: it is true after,
    /// every time (spec signals-api 11.3).
    /// </summary>
    public bool Fires(in ValuesAround values) =>
        _root.Holds(values, after: true) && (_root.HasChanged || !_root.Holds(values, after: false));

    /// <summary>The keys named as targets, else those of the groups in the criteria.</summary>
    private IEnumerable<string> TargetNames() => Definition.TargetAttributeKeys.Count > 0
        ? Definition.TargetAttributeKeys.Distinct(StringComparer.Ordinal)
        : _references.Select(reference => reference.Plan.Name).Distinct(StringComparer.Ordinal);

    private RuleNode Compile(AttributeCriteria criteria, PublishedDefinitions published) => criteria switch
    {
        AttributeCriteriaGroup group => new RuleGroup(group.Kind, [.. group.Members.Select(member => Compile(member, published))]),
        AttributeCriterion criterion => Compile(criterion, published),
        _ => throw new InvalidOperationException($"Unknown criteria {criteria.GetType().Name}."),
    };

    private RuleNode Compile(AttributeCriterion criterion, PublishedDefinitions published)
    {
        if (AttributeReference.Resolve(published, criterion.Group, criterion.Attribute) is not { } found)
            return new UnresolvedCriterion(criterion.Operator);
        var reference = _references.Find(known => known.Column == found.Column);
        if (reference is null)
            _references.Add(reference = new AttributeReference(found.Layout.Plan, found.Column, _references.Count));
        return new RuleCriterion(reference, criterion);
    }

    private static IEnumerable<AttributeReference> ColumnsOf(VersionedName group, PublishedDefinitions published) =>
        published.Keys
            .Where(layout => layout.ColumnsOf(group) is not null)
            .SelectMany(layout => layout.ColumnsOf(group)!.Select(column => new AttributeReference(layout.Plan, column, -1)));
}
