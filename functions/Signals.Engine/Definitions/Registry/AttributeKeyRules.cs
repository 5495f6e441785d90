namespace Signals.Engine.Definitions;

using Result = RegistryResult<AttributeKeyDefinition>;

/// <summary>What may be done to attribute keys (spec signals-api 3.1, 3.3 and 7.3).</summary>
internal static class AttributeKeyRules
{
    public static Result Create(SnapshotEdit edit, AttributeKeyDefinition key)
    {
        if (edit.Snapshot.AttributeKeys.ContainsKey(key.Name))
            return new Result.AlreadyExists($"Attribute key '{key.Name}' already exists");
        edit.Put(key);
        return new Result.Ok(key);
    }

    public static Result Replace(SnapshotEdit edit, string name, AttributeKeyDefinition key)
    {
        if (!edit.Snapshot.AttributeKeys.TryGetValue(name, out var existing))
            return NotFound(name);
        if (key.Name != name)
            return new Result.Invalid(NameMismatch.Errors(name));
        if (BuiltInAttributeKeys.Contains(name))
        {
            if (!SameSource(existing, key) || !SameColumn(existing, key) || key.Ttl is not null)
                return new Result.Conflict($"Attribute key '{name}' is built in: only its description and owner can change");
            // Clients that unpublish everything they use send the built-in keys too; these stay.
            key = existing with { Description = key.Description, Owner = key.Owner };
        }
        if (PublishedUserOfSource(edit.Snapshot, existing, key) is { } user)
            return new Result.Conflict($"Version {user.Version} of attribute group '{user.Name}' is published and reads the identifier of attribute key '{name}', which can therefore not change");
        edit.Put(key);
        return new Result.Ok(key);
    }

    public static Result Delete(SnapshotEdit edit, string name)
    {
        if (!edit.Snapshot.AttributeKeys.TryGetValue(name, out var key))
            return NotFound(name);
        if (BuiltInAttributeKeys.Contains(name))
            return new Result.Conflict($"Attribute key '{name}' is built in and cannot be deleted");
        if (key.IsPublished)
            return new Result.Conflict($"Attribute key '{name}' is published: unpublish it before deleting it");
        if (edit.Snapshot.AttributeGroups.Values.FirstOrDefault(group => group.AttributeKey.Name == name) is { } user)
            return new Result.Conflict($"Attribute key '{name}' is used by version {user.Version} of attribute group '{user.Name}'");
        if (edit.Snapshot.Interventions.Values.FirstOrDefault(one => one.IsPublished && one.TargetAttributeKeys.Contains(name)) is { } sender)
            return new Result.Conflict($"Version {sender.Version} of intervention '{sender.Name}' is published and goes to attribute key '{name}'");
        edit.Remove(key);
        return new Result.Ok(key);
    }

    public static void SetPublished(SnapshotEdit edit, AttributeKeyDefinition key, bool published)
    {
        if (!BuiltInAttributeKeys.Contains(key.Name))
            edit.Put(key with { IsPublished = published });
    }

    private static Result.NotFound NotFound(string name) => new($"Attribute key '{name}' does not exist");

    private static AttributeGroupDefinition? PublishedUserOfSource(DefinitionSnapshot snapshot, AttributeKeyDefinition before, AttributeKeyDefinition after)
    {
        var (sameSource, sameColumn) = (SameSource(before, after), SameColumn(before, after));
        return sameSource && sameColumn ? null : snapshot.AttributeGroups.Values.FirstOrDefault(group =>
            group.IsPublished && group.AttributeKey.Name == before.Name && !(group.Offline is true ? sameColumn : sameSource));
    }

    private static bool SameSource(AttributeKeyDefinition one, AttributeKeyDefinition other) =>
        Equals(AttributeKeyIdentifier.SourceOf(one), AttributeKeyIdentifier.SourceOf(other));

    private static bool SameColumn(AttributeKeyDefinition one, AttributeKeyDefinition other) =>
        AttributeKeyIdentifier.ColumnOf(one) == AttributeKeyIdentifier.ColumnOf(other);
}
