namespace Signals.Engine.Definitions;

/// <summary>Families of value types (spec signals-api 2.2 and 4.3).</summary>
public static class AttributeTypes
{
    /// <summary>Types of numbers to calculate with.</summary>
    public static bool IsNumeric(AttributeType type) =>
        type is AttributeType.Int32 or AttributeType.Int64 or AttributeType.Double or AttributeType.Float;

    /// <summary>The <c>_list</c> types.</summary>
    public static bool IsList(AttributeType type) => type >= AttributeType.BytesList;

    /// <summary>Types of a single value: neither a list nor an object.</summary>
    public static bool IsScalar(AttributeType type) => !IsList(type) && type is not AttributeType.Dict;

    /// <summary>Type of one element of a list type; any other type is its own.</summary>
    public static AttributeType ElementOf(AttributeType type) => type switch
    {
        AttributeType.BytesList => AttributeType.Bytes,
        AttributeType.StringList => AttributeType.String,
        AttributeType.Int32List => AttributeType.Int32,
        AttributeType.Int64List => AttributeType.Int64,
        AttributeType.DoubleList => AttributeType.Double,
        AttributeType.FloatList => AttributeType.Float,
        AttributeType.BoolList => AttributeType.Bool,
        AttributeType.UnixTimestampList => AttributeType.UnixTimestamp,
        _ => type,
    };
}
