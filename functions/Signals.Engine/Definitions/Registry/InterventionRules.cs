using System.Text.Json;

namespace Signals.Engine.Definitions;

using Result = RegistryResult<InterventionDefinition>;

/// <summary>What may be done to versions of interventions (spec signals-api 5.2 and 7.3).</summary>
internal static class InterventionRules
{
    public static Result Create(SnapshotEdit edit, InterventionDefinition intervention) =>
        edit.Snapshot.Interventions.ContainsKey(intervention.Id)
            ? new Result.AlreadyExists($"Version {intervention.Version} of intervention '{intervention.Name}' already exists")
            : Save(edit, intervention);

    public static Result Replace(SnapshotEdit edit, VersionedName id, InterventionDefinition intervention)
    {
        if (!edit.Snapshot.Interventions.TryGetValue(id, out var existing))
            return NotFound(id);
        if (intervention.Id != id)
            return new Result.Invalid(NameMismatch.Errors(id, intervention.Id));
        if (!existing.IsPublished || !intervention.IsPublished)
            return Save(edit, intervention);
        if (!SameDefinition(existing, intervention))
            return new Result.Conflict($"Version {id.Version} of intervention '{id.Name}' is published and cannot change: publish a new version, or unpublish this one");
        edit.Put(intervention);
        return new Result.Ok(intervention);
    }

    public static Result Delete(SnapshotEdit edit, VersionedName id)
    {
        if (!edit.Snapshot.Interventions.TryGetValue(id, out var intervention))
            return NotFound(id);
        if (intervention.IsPublished)
            return new Result.Conflict($"Version {id.Version} of intervention '{id.Name}' is published: unpublish it before deleting it");
        edit.Remove(intervention);
        return new Result.Ok(intervention);
    }

    public static void SetPublished(SnapshotEdit edit, InterventionDefinition intervention, bool published, FieldPath path, FieldErrors errors)
    {
        if (intervention.IsPublished == published)
            return;
        var changed = intervention with { IsPublished = published };
        if (published)
            InterventionReferences.Validate(changed, edit.Snapshot, path, errors);
        edit.Put(changed);
    }

    /// <summary>
    /// Unpublishes the interventions that refer to an attribute of a group which no published version of it has any more, or whose
    /// conditions do not fit the type that it has in the latest of those that are left.
    /// </summary>
    public static void UnpublishDependents(SnapshotEdit edit, string group)
    {
        var published = edit.Snapshot.AttributeGroups.Values.Where(version => version.Name == group && version.IsPublished).SelectMany(version => version.Names).ToHashSet();
        var dependents = edit.Snapshot.Interventions.Values.Where(intervention =>
            intervention.IsPublished && intervention.AllCriteria().Any(criterion => criterion.Group == group && !published.Contains(criterion.Attribute)));
        var misfits = InterventionReferences.Misfits(edit.Snapshot, group).Select(misfit => misfit.Intervention);
        foreach (var intervention in dependents.Union(misfits).ToList())
            edit.Put(intervention with { IsPublished = false });
    }

    private static Result.NotFound NotFound(VersionedName id) => new($"Version {id.Version} of intervention '{id.Name}' does not exist");

    private static Result Save(SnapshotEdit edit, InterventionDefinition intervention)
    {
        var errors = new FieldErrors();
        InterventionReferences.Validate(intervention, edit.Snapshot, FieldPath.Body, errors);
        if (errors.Count > 0)
            return new Result.Invalid(errors.Kept);
        edit.Put(intervention);
        return new Result.Ok(intervention);
    }

    // Descriptions and owners do not count (spec signals-api 7.3).
    private static bool SameDefinition(InterventionDefinition one, InterventionDefinition other)
    {
        return JsonElement.DeepEquals(Undescribed(one), Undescribed(other));

        static JsonElement Undescribed(InterventionDefinition intervention) => JsonSerializer.SerializeToElement(
            InterventionDocument.Of(intervention with { Description = null, Owner = null }), DefinitionJsonContext.Default.InterventionDocument);
    }
}
