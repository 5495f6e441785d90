namespace Signals.Engine.Definitions;

/// <summary>A criterion in its tree.</summary>
/// <param name="Criterion">The criterion.</param>
/// <param name="Path">Where it stands.</param>
/// <param name="IsConjunctive">Whether it is the whole tree or stands under nothing but <c>all</c>.</param>
internal readonly record struct PlacedCriterion(AttributeCriterion Criterion, FieldPath Path, bool IsConjunctive);

/// <summary>Visits the criteria of a tree, whose depth is bounded when it is read.</summary>
internal static class CriteriaWalk
{
    /// <summary>All criteria below a node, in order, with their places in a request.</summary>
    public static IEnumerable<PlacedCriterion> Placed(this AttributeCriteria node, FieldPath path, bool isConjunctive = true)
    {
        if (node is AttributeCriterion criterion)
            return [new PlacedCriterion(criterion, path, isConjunctive)];
        var group = (AttributeCriteriaGroup)node;
        var at = path.At(DefinitionNames.CriteriaGroups[group.Kind]);
        return group.Members.SelectMany((member, index) => member.Placed(at.At(index), isConjunctive && group.Kind is CriteriaGroupKind.All));
    }

    /// <summary>All criteria of an intervention.</summary>
    public static IEnumerable<AttributeCriterion> AllCriteria(this InterventionDefinition intervention) =>
        intervention.Criteria.Placed(FieldPath.Body).Select(placed => placed.Criterion);
}
