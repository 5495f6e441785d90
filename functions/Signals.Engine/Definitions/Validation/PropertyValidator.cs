using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>Checks what properties may be used for (spec signals-api 2.3 and 4.3).</summary>
internal static class PropertyValidator
{
    /// <summary>A property that identifies somebody: a plain value of an event.</summary>
    public static void ValidateIdentifier(PropertyDefinition property, FieldPath path, FieldErrors errors)
    {
        if (property is CalculatedProperty)
            errors.AddValue(path.At("type"), "an identifier cannot be a calculated property");
        if (property.DatePart is not null)
            errors.AddValue(path.At("date_part"), "an identifier cannot be a date part");
    }

    /// <summary>Date parts stand on timestamp columns; what a path holds is only known to its schema and is not checked.</summary>
    public static void ValidateDateParts(PropertyDefinition property, FieldPath path, FieldErrors errors)
    {
        if (property is AtomicProperty { DatePart: not null } atomic && ColumnType(atomic) is not AtomicColumnType.Timestamp)
            errors.AddValue(path.At("date_part"), $"'{atomic.Name}' is not a timestamp");
        if (property is not CalculatedProperty calculated)
            return;
        for (var i = 0; i < calculated.Properties.Count; i++)
            ValidateDateParts(calculated.Properties[i], path.At("properties").At(i), errors);
    }

    /// <summary>A property to calculate with. What a path holds is not known beforehand.</summary>
    public static void ValidateNumeric(PropertyDefinition property, string aggregation, FieldPath path, FieldErrors errors)
    {
        if (property.DatePart is not null)
            errors.AddValue(path.At("date_part"), $"aggregation '{aggregation}' takes no date part");
        switch (property)
        {
            case AtomicProperty atomic when !IsNumeric(ColumnType(atomic)):
                errors.AddValue(path.At("name"), $"aggregation '{aggregation}' needs a numeric property, and '{atomic.Name}' is none");
                break;
            case CalculatedProperty { Operation: CalculatedOperation.Concat }:
                errors.AddValue(path.At("operation"), $"aggregation '{aggregation}' needs a numeric property, and a text is none");
                break;
            case CalculatedProperty { Operation: CalculatedOperation.Coalesce } coalesce:
                for (var i = 0; i < coalesce.Properties.Count; i++)
                    ValidateNumeric(coalesce.Properties[i], aggregation, path.At("properties").At(i), errors);
                break;
        }
    }

    private static AtomicColumnType ColumnType(AtomicProperty property) => AtomicColumns.All[AtomicColumns.IndexOf(property.Name)].Type;

    private static bool IsNumeric(AtomicColumnType type) => type is AtomicColumnType.Int32 or AtomicColumnType.Decimal or AtomicColumnType.Float;
}
