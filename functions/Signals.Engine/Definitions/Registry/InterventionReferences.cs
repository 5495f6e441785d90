namespace Signals.Engine.Definitions;

/// <summary>
/// Checks that what an intervention names is there and fits (spec signals-api 5.2): for a draft in any version of the group, for a
/// published one in the version that its rule will read, which is the latest published one that has the attribute.
/// </summary>
internal static class InterventionReferences
{
    public static void Validate(InterventionDefinition intervention, DefinitionSnapshot snapshot, FieldPath path, FieldErrors errors)
    {
        var versions = snapshot.AttributeGroups.Values.ToLookup(group => group.Name, StringComparer.Ordinal);
        foreach (var placed in intervention.Criteria.Placed(path.At("criteria")))
            ValidateCriterion(placed, versions[placed.Criterion.Group], intervention.IsPublished, errors);
        for (var i = 0; i < intervention.TargetAttributeKeys.Count; i++)
        {
            if (!snapshot.AttributeKeys.ContainsKey(intervention.TargetAttributeKeys[i]))
                errors.AddValue(path.At("target_attribute_keys").At(i), $"attribute key '{intervention.TargetAttributeKeys[i]}' does not exist");
        }
        for (var i = 0; i < intervention.PayloadAttributeGroups.Count; i++)
        {
            if (intervention.PayloadAttributeGroups[i] is var id && !snapshot.AttributeGroups.ContainsKey(id))
                errors.AddValue(path.At("payload_attribute_groups").At(i), $"version {id.Version} of attribute group '{id.Name}' does not exist");
        }
    }

    private static void ValidateCriterion(
        PlacedCriterion placed, IEnumerable<AttributeGroupDefinition> versions, bool published, FieldErrors errors)
    {
        var (criterion, path, _) = placed;
        var latestFirst = versions.Where(group => group.Names.Contains(criterion.Attribute)).OrderByDescending(group => group.Version).ToList();
        if (latestFirst.Count == 0)
        {
            errors.AddValue(path.At("attribute"), $"no version of attribute group '{criterion.Group}' has an attribute '{criterion.Attribute}'");
            return;
        }
        if (published)
            latestFirst = [.. latestFirst.Where(group => group.IsPublished).Take(1)];
        if (latestFirst.Count == 0)
        {
            errors.AddValue(path.At("attribute"), $"no published version of attribute group '{criterion.Group}' has an attribute '{criterion.Attribute}'");
            return;
        }
        var misfits = latestFirst.Select(group => AttributeTypeFit.MisfitOf(criterion, group.TypeOf(criterion.Attribute))).ToList();
        if (misfits.TrueForAll(misfit => misfit is not null))
            misfits[0]!.Report(path, errors);
    }

    private static AttributeType TypeOf(this AttributeGroupDefinition group, string name) =>
        group.Attributes.FirstOrDefault(attribute => attribute.Name == name)?.Type ?? group.Fields.First(field => field.Name == name).Type;
}
