namespace Signals.Engine.Definitions;

/// <summary>Checks one attribute key (spec signals-api 3.2).</summary>
internal static class AttributeKeyValidator
{
    public static void Validate(AttributeKeyDefinition key, FieldPath path, FieldErrors errors)
    {
        if (key.Property is { } property)
            PropertyValidator.ValidateIdentifier(property, path.At("property"), errors);
        if (key.ExternalColumn is { } column && column != key.Name)
            errors.AddValue(path.At("external_column"), $"external_column must equal the name '{key.Name}'");
    }
}
