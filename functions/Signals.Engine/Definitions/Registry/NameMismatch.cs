namespace Signals.Engine.Definitions;

/// <summary>The name and version in the body of a request must be those of its path (spec signals-api 7.3).</summary>
internal static class NameMismatch
{
    public static IReadOnlyList<FieldError> Errors(string name)
    {
        var errors = new FieldErrors();
        errors.AddValue(FieldPath.Body.At("name"), $"the name must be '{name}', as in the path");
        return errors.Kept;
    }

    public static IReadOnlyList<FieldError> Errors(VersionedName expected, VersionedName actual)
    {
        if (expected.Name != actual.Name)
            return Errors(expected.Name);
        var errors = new FieldErrors();
        errors.AddValue(FieldPath.Body.At("version"), $"the version must be {expected.Version}, as in the path");
        return errors.Kept;
    }
}
