namespace Signals.Engine.Definitions;

using Result = RegistryResult<ServiceDefinition>;

/// <summary>What may be done to services (spec signals-api 5.1 and 7.3). They may be repointed at any time.</summary>
internal static class ServiceRules
{
    public static Result Create(SnapshotEdit edit, ServiceDefinition service) =>
        edit.Snapshot.Services.ContainsKey(service.Name)
            ? new Result.AlreadyExists($"Service '{service.Name}' already exists")
            : Save(edit, service);

    public static Result Replace(SnapshotEdit edit, string name, ServiceDefinition service)
    {
        if (!edit.Snapshot.Services.ContainsKey(name))
            return NotFound(name);
        return service.Name == name ? Save(edit, service) : new Result.Invalid(NameMismatch.Errors(name));
    }

    public static Result Delete(SnapshotEdit edit, string name)
    {
        if (!edit.Snapshot.Services.TryGetValue(name, out var service))
            return NotFound(name);
        if (service.IsPublished)
            return new Result.Conflict($"Service '{name}' is published: unpublish it before deleting it");
        edit.Remove(service);
        return new Result.Ok(service);
    }

    public static void SetPublished(SnapshotEdit edit, ServiceDefinition service, bool published)
    {
        if (service.IsPublished != published)
            edit.Put(service with { IsPublished = published });
    }

    private static Result.NotFound NotFound(string name) => new($"Service '{name}' does not exist");

    private static Result Save(SnapshotEdit edit, ServiceDefinition service)
    {
        var errors = new FieldErrors();
        ServiceValidator.ValidateGroups(service, edit.Snapshot.AttributeGroups, FieldPath.Body, errors);
        if (errors.Count > 0)
            return new Result.Invalid(errors.Kept);
        edit.Put(service);
        return new Result.Ok(service);
    }
}
