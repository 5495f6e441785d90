namespace Signals.Engine.Definitions;

/// <summary>
/// Checks that what an intervention names is there and fits (spec signals-api 5.2): for a draft in any version of the group, for a
/// published one in the version that its rule will read, which is the latest published one that has the attribute.
/// </summary>
internal static class InterventionReferences
{
    /// <summary>An attribute or field as one version of its group has it.</summary>
    private readonly record struct Source(int Version, bool IsPublished, AttributeType Type);

    public static void Validate(InterventionDefinition intervention, DefinitionSnapshot snapshot, FieldPath path, FieldErrors errors)
    {
        var sources = SourcesOf(snapshot, intervention.AllCriteria().Select(criterion => criterion.Group).ToHashSet(StringComparer.Ordinal));
        foreach (var placed in intervention.Criteria.Placed(path.At("criteria")))
            ValidateCriterion(placed, sources[(placed.Criterion.Group, placed.Criterion.Attribute)], intervention.IsPublished, errors);
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

    /// <summary>
    /// The published interventions with a condition that cannot hold any more, because what a group has published is of another type
    /// now; each with what does not fit.
    /// </summary>
    public static IEnumerable<(InterventionDefinition Intervention, string Message)> Misfits(DefinitionSnapshot snapshot, string group)
    {
        var sources = SourcesOf(snapshot, [group]);
        foreach (var intervention in snapshot.Interventions.Values.Where(intervention => intervention.IsPublished))
        {
            var misfit = intervention.AllCriteria().Where(criterion => criterion.Group == group)
                .Select(criterion => (Criterion: criterion, Sources: sources[(group, criterion.Attribute)].Where(source => source.IsPublished).ToList()))
                .Where(read => read.Sources.Count > 0)
                .Select(read => AttributeTypeFit.MisfitOf(read.Criterion, read.Sources.MaxBy(source => source.Version).Type))
                .FirstOrDefault(found => found is not null);
            if (misfit is not null)
                yield return (intervention, misfit.Message);
        }
    }

    private static void ValidateCriterion(PlacedCriterion placed, IEnumerable<Source> sources, bool published, FieldErrors errors)
    {
        var (criterion, path, _) = placed;
        var latestFirst = sources.Where(source => source.IsPublished || !published).OrderByDescending(source => source.Version).ToList();
        if (latestFirst.Count == 0)
        {
            var kind = published ? "published version" : "version";
            errors.AddValue(path.At("attribute"), $"no {kind} of attribute group '{criterion.Group}' has an attribute '{criterion.Attribute}'");
            return;
        }
        if (published)
            latestFirst.RemoveRange(1, latestFirst.Count - 1);
        var misfits = latestFirst.ConvertAll(source => AttributeTypeFit.MisfitOf(criterion, source.Type));
        if (misfits.TrueForAll(misfit => misfit is not null))
            misfits[0]!.Report(path, errors);
    }

    private static ILookup<(string Group, string Attribute), Source> SourcesOf(DefinitionSnapshot snapshot, HashSet<string> groups)
    {
        var all =
            from version in snapshot.AttributeGroups.Values
            where groups.Contains(version.Name)
            from named in version.Attributes.Select(one => (one.Name, one.Type)).Concat(version.Fields.Select(one => (one.Name, one.Type)))
            select (Key: (version.Name, named.Name), Source: new Source(version.Version, version.IsPublished, named.Type));
        return all.ToLookup(pair => pair.Key, pair => pair.Source);
    }
}
