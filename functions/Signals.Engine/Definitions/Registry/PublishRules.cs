namespace Signals.Engine.Definitions;

using Result = RegistryResult<DefinitionReferences>;

/// <summary>Publishes or unpublishes by reference (spec signals-api 7.1): all that is named, or nothing.</summary>
internal static class PublishRules
{
    public static Result SetPublished(SnapshotEdit edit, DefinitionReferences references, bool published)
    {
        var errors = new FieldErrors();
        foreach (var reference in references.All)
        {
            if (!TrySetPublished(edit, reference, published, errors))
                return new Result.NotFound(Missing(reference));
        }
        if (published)
            foreach (var reference in references.All.Where(reference => reference.Kind == ReferenceKind.AttributeGroup))
                AttributeGroupRules.ValidateInterventions(edit.Snapshot, reference.Id.Name, reference.Path, errors);
        return errors.Count > 0 ? new Result.Invalid(errors.Kept) : new Result.Ok(references);
    }

    // False: there is no such definition. Each kind of definition that can be published has its case here.
    private static bool TrySetPublished(SnapshotEdit edit, DefinitionReference reference, bool published, FieldErrors errors)
    {
        if (reference.Kind == ReferenceKind.AttributeKey && edit.Snapshot.AttributeKeys.TryGetValue(reference.Id.Name, out var key))
        {
            AttributeKeyRules.SetPublished(edit, key, published);
            return true;
        }
        if (reference.Kind == ReferenceKind.AttributeGroup && edit.Snapshot.AttributeGroups.TryGetValue(reference.Id, out var group))
        {
            AttributeGroupRules.SetPublished(edit, group, published, reference.Path, errors);
            return true;
        }
        if (reference.Kind == ReferenceKind.Service && edit.Snapshot.Services.TryGetValue(reference.Id.Name, out var service))
        {
            ServiceRules.SetPublished(edit, service, published);
            return true;
        }
        if (reference.Kind == ReferenceKind.Intervention && edit.Snapshot.Interventions.TryGetValue(reference.Id, out var intervention))
        {
            InterventionRules.SetPublished(edit, intervention, published, reference.Path, errors);
            return true;
        }
        return false;
    }

    private static string Missing(DefinitionReference reference) => reference.Kind.IsVersioned
        ? $"Version {reference.Id.Version} of {reference.Kind.Words} '{reference.Id.Name}' does not exist"
        : $"{char.ToUpperInvariant(reference.Kind.Words[0])}{reference.Kind.Words[1..]} '{reference.Id.Name}' does not exist";
}
