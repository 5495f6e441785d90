namespace Signals.Engine.Definitions;

/// <summary>Checks one attribute group (spec signals-api 4.2): its kind, its names and its attributes.</summary>
internal static class AttributeGroupValidator
{
    private static readonly TimeSpan[] RefreshRates = [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1)];

    /// <summary>What must hold of every group, drafts included.</summary>
    public static void Validate(AttributeGroupDefinition group, FieldPath path, FieldErrors errors)
    {
        if (group.AttributeKey.Property is { } property)
            PropertyValidator.ValidateIdentifier(property, path.At("attribute_key").At("property"), errors);
        for (var i = 0; i < group.Attributes.Count; i++)
            AttributeValidator.Validate(group.Attributes[i], path.At("attributes").At(i), errors);
        ValidateNames(group, path, errors);
        // A draft may leave its kind open; one that says that it is a stream group, or is an external one, has to be that.
        if (group.Offline is not null)
            ValidateKind(group, path, errors);
        if (group.RefreshRate is { } rate && !RefreshRates.Contains(rate))
            errors.AddValue(path.At("refresh_rate"), "refresh_rate should be PT1H, PT6H, PT12H or P1D");
    }

    /// <summary>What must hold in addition before a group goes live.</summary>
    public static void ValidatePublishable(
        AttributeGroupDefinition group, AttributeKeyDefinition? registeredKey, FieldPath path, FieldErrors errors)
    {
        if (group.Attributes.Count + group.Fields.Count == 0)
            errors.AddValue(path.At("attributes"), "a group needs attributes or fields to be published");
        if (group.Offline is null)
            ValidateKind(group, path, errors);
        if (registeredKey is null)
            errors.AddValue(path.At("attribute_key"), $"attribute key '{group.AttributeKey.Name}' does not exist");
        else if (group.Offline is not true && AttributeKeyIdentifier.SourceOf(registeredKey) is null)
            errors.AddValue(path.At("attribute_key"), $"attribute key '{registeredKey.Name}' does not say where its identifier stands in an event");
    }

    private static void ValidateKind(AttributeGroupDefinition group, FieldPath path, FieldErrors errors)
    {
        if (group.Offline is true)
        {
            if (group.Fields.Count > 0 && group.Attributes.Count == 0 && group.BatchSource is null)
                errors.Add(path.At("batch_source"), "missing", "Field required: a group of fields needs a batch source");
            return;
        }
        if (group.Fields.Count > 0)
            errors.AddValue(path.At("fields"), "fields are for groups with offline set to true");
        if (group.BatchSource is not null)
            errors.AddValue(path.At("batch_source"), "a batch source is for groups with offline set to true");
    }

    private static void ValidateNames(AttributeGroupDefinition group, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < group.Attributes.Count; i++)
            Check(group.Attributes[i].Name, path.At("attributes").At(i).At("name"));
        for (var i = 0; i < group.Fields.Count; i++)
            Check(group.Fields[i].Name, path.At("fields").At(i).At("name"));

        void Check(string name, FieldPath at)
        {
            if (!names.Add(name))
                errors.AddValue(at, $"the name '{name}' occurs twice in the group");
            // Values are read as columns beside the column of the key.
            if (name == group.AttributeKey.Name)
                errors.AddValue(at, $"the name '{name}' is that of the attribute key");
        }
    }
}
