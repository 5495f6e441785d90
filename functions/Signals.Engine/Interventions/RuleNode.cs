using Signals.Engine.Attributes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>The values of a rule's attributes around one event.</summary>
internal readonly ref struct ValuesAround(ReadOnlySpan<AttributeValue> before, ReadOnlySpan<AttributeValue> after)
{
    /// <summary>Just before, by the index of the reference.</summary>
    public ReadOnlySpan<AttributeValue> Before { get; } = before;

    /// <summary>Just after.</summary>
    public ReadOnlySpan<AttributeValue> After { get; } = after;
}

/// <summary>A node of a rule, ready to be evaluated.</summary>
internal abstract class RuleNode
{
    /// <summary>Whether a <c>changed</c> is in it.</summary>
    public abstract bool HasChanged { get; }

    /// <summary>Whether it holds for the values after the event, or for those before.</summary>
    public abstract bool Holds(in ValuesAround values, bool after);
}

/// <summary><c>all</c>, <c>any</c> or <c>none</c> of its members.</summary>
internal sealed class RuleGroup(CriteriaGroupKind kind, RuleNode[] members) : RuleNode
{
    public override bool HasChanged { get; } = members.Any(member => member.HasChanged);

    public override bool Holds(in ValuesAround values, bool after)
    {
        foreach (var member in members)
            if (member.Holds(values, after) != (kind == CriteriaGroupKind.All))
                return kind == CriteriaGroupKind.Any;
        return kind != CriteriaGroupKind.Any;
    }
}

/// <summary>One condition on one attribute.</summary>
internal sealed class RuleCriterion(AttributeReference reference, AttributeCriterion criterion) : RuleNode
{
    private readonly AttributeComparison? _comparison =
        criterion.Operator == AttributeOperator.Changed ? null : new AttributeComparison(criterion.Operator, criterion.Value);

    public override bool HasChanged => _comparison is null;

    public override bool Holds(in ValuesAround values, bool after)
    {
        if (_comparison is null)
            return !values.Before[reference.Index].Equals(values.After[reference.Index]);
        return _comparison.Holds((after ? values.After : values.Before)[reference.Index]);
    }
}

/// <summary>An attribute that no published group has: without value, now and always.</summary>
internal sealed class UnresolvedCriterion(AttributeOperator comparison) : RuleNode
{
    public override bool HasChanged => comparison == AttributeOperator.Changed;

    public override bool Holds(in ValuesAround values, bool after) => comparison == AttributeOperator.IsNull;
}
