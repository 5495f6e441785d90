using static Signals.Engine.Definitions.AggregationKind;

namespace Signals.Engine.Definitions;

/// <summary>Checks one attribute against the matrix of spec signals-api 4.3.</summary>
internal static class AttributeValidator
{
    public static void Validate(AttributeDefinition attribute, FieldPath path, FieldErrors errors)
    {
        ValidateType(attribute, path.At("type"), errors);
        ValidateProperty(attribute, path, errors);
        if (attribute.Criteria is { } criteria)
            EventCriteriaValidator.Validate(criteria, path.At("criteria"), errors);
        ValidateLifetime(attribute, path, errors);
        ValidateTimeUnit(attribute, path.At("time_unit"), errors);
        if (attribute.DefaultValue is { } value)
            DefaultValueValidator.Validate(value, attribute.Type, path.At("default_value"), errors);
    }

    private static void ValidateType(AttributeDefinition attribute, FieldPath path, FieldErrors errors)
    {
        var type = attribute.Type;
        var (fits, expected) = attribute.Aggregation switch
        {
            Counter or Sum or Min or Max or Mean or ApproxCountDistinct => (AttributeTypes.IsNumeric(type), "'int32', 'int64', 'double' or 'float'"),
            // The latest object of a path can be kept whole (spec 14.3).
            First or Last => (!AttributeTypes.IsList(type), "a type that is not a list"),
            MostFrequent or LeastFrequent => (AttributeTypes.IsScalar(type), "a scalar type"),
            UniqueList => (AttributeTypes.IsList(type), "a list type such as 'string_list'"),
            CategoryCount => (type is AttributeType.Dict, "'dict'"),
            _ => (type is AttributeType.Float or AttributeType.Double, "'float' or 'double'"),
        };
        if (!fits)
            errors.AddValue(path, $"aggregation '{Name(attribute)}' needs type {expected}, not '{DefinitionNames.AttributeTypes[type]}'");
    }

    private static void ValidateProperty(AttributeDefinition attribute, FieldPath path, FieldErrors errors)
    {
        var at = path.At("property");
        if (attribute.Property is not { } property)
        {
            if (attribute.Aggregation is not (Counter or TimeSinceLast or TimeSinceFirst))
                errors.Add(at, "missing", $"Field required: aggregation '{Name(attribute)}' needs a property");
            return;
        }
        switch (attribute.Aggregation)
        {
            case Counter:
                break; // Some clients send one; it means nothing.
            case TimeSinceLast or TimeSinceFirst:
                if (property is not AtomicProperty { Name: "derived_tstamp", DatePart: null })
                    errors.AddValue(at, $"aggregation '{Name(attribute)}' takes no property, or the atomic property 'derived_tstamp'");
                break;
            case Sum or Min or Max or Mean:
                PropertyValidator.ValidateNumeric(property, Name(attribute), at, errors);
                break;
            default:
                PropertyValidator.ValidateDateParts(property, at, errors);
                ValidateDatePartType(attribute, property, path, errors);
                break;
        }
    }

    private static void ValidateDatePartType(AttributeDefinition attribute, PropertyDefinition property, FieldPath path, FieldErrors errors)
    {
        if (property.DatePart is not { } part || attribute.Aggregation is CategoryCount or ApproxCountDistinct)
            return;
        var element = AttributeTypes.ElementOf(attribute.Type);
        var isDate = part is DatePart.ActiveDay or DatePart.ActiveWeek or DatePart.ActiveMonth;
        var fits = isDate ? element is AttributeType.String : element is AttributeType.Int32 or AttributeType.Int64;
        if (fits)
            return;
        var list = attribute.Aggregation is UniqueList ? "_list" : "";
        var expected = isDate ? $"'string{list}'" : $"'int32{list}' or 'int64{list}'";
        errors.AddValue(path.At("type"), $"date part '{DefinitionNames.DateParts[part]}' needs type {expected}, not '{DefinitionNames.AttributeTypes[attribute.Type]}'");
    }

    private static void ValidateLifetime(AttributeDefinition attribute, FieldPath path, FieldErrors errors)
    {
        if (attribute.Period is not null && attribute.Ttl is not null)
            errors.AddValue(path.At("ttl"), "ttl is for lifetime attributes: it cannot stand beside period");
    }

    private static void ValidateTimeUnit(AttributeDefinition attribute, FieldPath path, FieldErrors errors)
    {
        var needed = attribute.Aggregation is TimeSinceLast or TimeSinceFirst;
        if (needed && attribute.TimeUnit is null)
            errors.Add(path, "missing", $"Field required: aggregation '{Name(attribute)}' needs {DefinitionNames.TimeUnits.Listed}");
        if (!needed && attribute.TimeUnit is not null)
            errors.AddValue(path, $"time_unit is for 'time_since_last' and 'time_since_first', not for '{Name(attribute)}'");
    }

    private static string Name(AttributeDefinition attribute) => DefinitionNames.Aggregations[attribute.Aggregation];
}
