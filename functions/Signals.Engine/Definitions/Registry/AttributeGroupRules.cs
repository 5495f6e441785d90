namespace Signals.Engine.Definitions;

using Result = RegistryResult<AttributeGroupDefinition>;

/// <summary>What may be done to versions of attribute groups (spec signals-api 4.1, 4.2 and 7.3).</summary>
internal static class AttributeGroupRules
{
    public static Result Create(SnapshotEdit edit, AttributeGroupDefinition group)
    {
        if (edit.Snapshot.AttributeGroups.ContainsKey(group.Id))
            return new Result.AlreadyExists($"Version {group.Version} of attribute group '{group.Name}' already exists");
        return Save(edit, group);
    }

    public static Result Replace(SnapshotEdit edit, VersionedName id, AttributeGroupDefinition group)
    {
        if (!edit.Snapshot.AttributeGroups.TryGetValue(id, out var existing))
            return new Result.NotFound(Missing(id));
        if (group.Id != id)
            return new Result.Invalid(NameMismatch.Errors(id, group.Id));
        // The batch source is set on its own, by another client than the one that writes the definition.
        if (group.BatchSource is null && group.Offline is true)
            group = group with { BatchSource = existing.BatchSource };
        if (existing.IsPublished && group.IsPublished && !GroupEquality.SameDefinition(edit.Snapshot.KeyOf(existing), existing, group))
            return new Result.Conflict($"Version {id.Version} of attribute group '{id.Name}' is published and cannot change: publish a new version, or unpublish this one");
        return Save(edit, group);
    }

    public static Result SetBatchSource(SnapshotEdit edit, VersionedName id, BatchSource source)
    {
        if (!edit.Snapshot.AttributeGroups.TryGetValue(id, out var existing))
            return new Result.NotFound(Missing(id));
        if (existing.Offline is true)
            return new Result.Ok(edit.Put(existing with { BatchSource = source }));
        var errors = new FieldErrors();
        errors.AddValue(FieldPath.Body, "a batch source is for groups with offline set to true");
        return new Result.Invalid(errors.Kept);
    }

    public static RegistryResult<DeletedAttributeGroup> Delete(SnapshotEdit edit, VersionedName id)
    {
        if (!edit.Snapshot.AttributeGroups.TryGetValue(id, out var group))
            return new RegistryResult<DeletedAttributeGroup>.NotFound(Missing(id));
        if (group.IsPublished)
            return new RegistryResult<DeletedAttributeGroup>.Conflict($"Version {id.Version} of attribute group '{id.Name}' is published: unpublish it before deleting it");
        if (edit.Snapshot.Services.Values.FirstOrDefault(service => service.AttributeGroups.Contains(id)) is { } user)
            return new RegistryResult<DeletedAttributeGroup>.Conflict($"Version {id.Version} of attribute group '{id.Name}' is used by service '{user.Name}': change the service first");
        edit.Remove(group);
        return new RegistryResult<DeletedAttributeGroup>.Ok(new DeletedAttributeGroup(group, Unused(edit.Snapshot, group)));
    }

    public static void SetPublished(SnapshotEdit edit, AttributeGroupDefinition group, bool published, FieldPath path, FieldErrors errors)
    {
        if (published)
            AttributeGroupValidator.ValidatePublishable(group, RegisteredKey(edit.Snapshot, group), path, errors);
        if (group.IsPublished != published)
            Put(edit, group with { IsPublished = published });
    }

    /// <summary>A version that goes live must not make a condition of a published intervention impossible.</summary>
    public static void ValidateInterventions(DefinitionSnapshot snapshot, string group, FieldPath path, FieldErrors errors)
    {
        foreach (var (intervention, message) in InterventionReferences.Misfits(snapshot, group))
            errors.AddValue(path, $"version {intervention.Version} of intervention '{intervention.Name}' is published and would not fit: {message}; unpublish it first");
    }

    private static string Missing(VersionedName id) => $"Version {id.Version} of attribute group '{id.Name}' does not exist";

    private static Result Save(SnapshotEdit edit, AttributeGroupDefinition group)
    {
        var errors = new FieldErrors();
        if (group.IsPublished)
            AttributeGroupValidator.ValidatePublishable(group, RegisteredKey(edit.Snapshot, group), FieldPath.Body, errors);
        ValidateServices(edit.Snapshot, group, errors);
        var goesLive = group.IsPublished && edit.Snapshot.AttributeGroups.GetValueOrDefault(group.Id) is not { IsPublished: true };
        var put = Put(edit, group);
        if (goesLive)
            ValidateInterventions(edit.Snapshot, group.Name, FieldPath.Body, errors);
        return errors.Count > 0 ? new Result.Invalid(errors.Kept) : new Result.Ok(put);
    }

    // Interventions live on published attributes.
    private static AttributeGroupDefinition Put(SnapshotEdit edit, AttributeGroupDefinition group)
    {
        var put = edit.Put(group);
        if (!put.IsPublished)
            InterventionRules.UnpublishDependents(edit, put.Name);
        return put;
    }

    // A service reads its groups as one table: a new name must not be in another group of it.
    private static void ValidateServices(DefinitionSnapshot snapshot, AttributeGroupDefinition group, FieldErrors errors)
    {
        foreach (var service in snapshot.Services.Values.Where(service => service.AttributeGroups.Contains(group.Id)))
        {
            var others = service.AttributeGroups.Where(id => id != group.Id).Select(snapshot.AttributeGroups.GetValueOrDefault).OfType<AttributeGroupDefinition>();
            foreach (var clash in others.SelectMany(other => other.Names).Intersect(group.Names))
                errors.AddValue(FieldPath.Body.At("attributes"), $"service '{service.Name}' has '{clash}' from another group already");
        }
    }

    private static AttributeKeyDefinition? RegisteredKey(DefinitionSnapshot snapshot, AttributeGroupDefinition group) =>
        snapshot.AttributeKeys.GetValueOrDefault(group.AttributeKey.Name);

    private static HashSet<DefinitionId> Unused(DefinitionSnapshot snapshot, AttributeGroupDefinition deleted)
    {
        var unused = DefinitionHash.OfGroup(snapshot.KeyOf(deleted), deleted).Select(value => value.Id).ToHashSet();
        foreach (var other in snapshot.AttributeGroups.Values.Where(other => other.AttributeKey.Name == deleted.AttributeKey.Name))
            unused.ExceptWith(DefinitionHash.OfGroup(snapshot.KeyOf(other), other).Select(value => value.Id));
        return unused;
    }
}
