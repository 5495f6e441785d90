namespace Signals.Engine.Definitions;

/// <summary>Checks services (spec signals-api 5.1).</summary>
internal static class ServiceValidator
{
    public static void Validate(ServiceDefinition service, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<VersionedName>();
        for (var i = 0; i < service.AttributeGroups.Count; i++)
        {
            var id = service.AttributeGroups[i];
            if (!seen.Add(id))
                errors.AddValue(path.At("attribute_groups").At(i), $"version {id.Version} of group '{id.Name}' occurs twice");
        }
    }

    /// <summary>Checks that the groups of a service exist and can be read together.</summary>
    public static void ValidateGroups(
        ServiceDefinition service, IReadOnlyDictionary<VersionedName, AttributeGroupDefinition> groups, FieldPath path, FieldErrors errors)
    {
        var owners = new Dictionary<string, VersionedName>(StringComparer.Ordinal);
        for (var i = 0; i < service.AttributeGroups.Count; i++)
        {
            var id = service.AttributeGroups[i];
            var at = path.At("attribute_groups").At(i);
            if (!groups.TryGetValue(id, out var group))
            {
                errors.AddValue(at, $"version {id.Version} of attribute group '{id.Name}' does not exist");
                continue;
            }
            foreach (var name in group.Names)
            {
                if (!owners.TryAdd(name, id))
                    errors.AddValue(at, $"groups '{owners[name].Name}' and '{id.Name}' both have '{name}'");
            }
        }
    }
}
