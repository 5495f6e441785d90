namespace Signals.Engine.Definitions;

/// <summary>Reads properties (spec signals-api 2.3).</summary>
internal static class PropertyJson
{
    public const int MinCalculatedMembers = 2;
    public const int MaxCalculatedMembers = 50;

    /// <summary>Reads any of the four kinds.</summary>
    public static PropertyDefinition? Read(DefinitionReader reader) => TypeOf(reader) switch
    {
        PropertyType.Calculated => ReadCalculated(reader),
        { } plain => ReadPlain(reader, plain),
        null => null,
    };

    private static PropertyDefinition? ReadMember(DefinitionReader reader)
    {
        switch (TypeOf(reader))
        {
            case PropertyType.Calculated:
                reader.Fail("type", "value_error", "Value error, a calculated property cannot be a member of another one");
                return null;
            case { } plain:
                return ReadPlain(reader, plain);
            default:
                return null;
        }
    }

    // Without a type, a name alone is an atomic property and an operation a calculated one; event and entity look alike.
    private static PropertyType? TypeOf(DefinitionReader reader)
    {
        if (reader.Has("type"))
            return reader.Choice("type", PropertyTypes);
        if (reader.Has("operation") || reader.Has("properties"))
            return PropertyType.Calculated;
        if (reader.Has("path") || reader.Has("vendor") || reader.Has("major_version") || reader.Has("index"))
        {
            reader.Fail("type", "union_tag_not_found", "Event and entity properties look alike: type should be 'event' or 'entity'");
            return null;
        }
        return PropertyType.Atomic;
    }

    private static PropertyDefinition? ReadPlain(DefinitionReader reader, PropertyType type)
    {
        var datePart = reader.Choice("date_part", DefinitionNames.DateParts);
        if (type is PropertyType.Atomic)
        {
            var column = reader.RequiredText("name", TextRules.ObjectName);
            if (!reader.Failed && Events.AtomicColumns.IndexOf(column) < 0)
                reader.Fail("name", "enum", "Input should be the name of an atomic property");
            return reader.Failed ? null : new AtomicProperty { Name = column, DatePart = datePart };
        }
        var vendor = reader.RequiredText("vendor", TextRules.PropertyVendor);
        var name = reader.RequiredText("name", TextRules.SchemaName);
        var majorVersion = reader.RequiredInteger("major_version", 1);
        var path = reader.RequiredText("path", TextRules.Path);
        if (path.Length > 0 && !Events.JsonPath.TryParse(path, out _, out var error))
            reader.Fail("path", "value_error", $"Value error, {error}");
        if (type is PropertyType.Event)
            return reader.Failed ? null : new EventProperty { Vendor = vendor, Name = name, MajorVersion = majorVersion, Path = path, DatePart = datePart };
        var index = reader.Integer("index", 0) ?? 0;
        return reader.Failed ? null : new EntityProperty { Vendor = vendor, Name = name, MajorVersion = majorVersion, Path = path, Index = index, DatePart = datePart };
    }

    private static CalculatedProperty? ReadCalculated(DefinitionReader reader)
    {
        var operation = reader.RequiredChoice("operation", DefinitionNames.CalculatedOperations);
        var properties = reader.RequiredList("properties", MinCalculatedMembers, MaxCalculatedMembers, ReadMember);
        var separator = reader.Text("separator", TextRules.Separator);
        if (separator is not null && operation is not CalculatedOperation.Concat)
            reader.Fail("separator", "value_error", "Value error, a separator belongs to operation 'concat'");
        if (reader.Has("date_part"))
            reader.Fail("date_part", "value_error", "Value error, a date part belongs to the members of a calculated property");
        return reader.Failed ? null : new CalculatedProperty { Operation = operation, Properties = properties, Separator = separator };
    }

    private static readonly WireNames<PropertyType> PropertyTypes = new(
        (PropertyType.Atomic, "atomic"), (PropertyType.Event, "event"), (PropertyType.Entity, "entity"), (PropertyType.Calculated, "calculated"));

    private enum PropertyType
    {
        Atomic,
        Event,
        Entity,
        Calculated,
    }
}
