using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>Makes observed values fit the type of an attribute (spec signals-api 14.6). What does not fit is missing.</summary>
internal static class ValueCoercion
{
    /// <summary>Above this an epoch number is milliseconds, below it seconds (the year 5138 in seconds, 1973 in milliseconds).</summary>
    private const long MillisecondsFrom = 100_000_000_000;

    /// <summary>The type of the elements of a list type; a scalar type itself.</summary>
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

    /// <summary>Whether it is one of the list types.</summary>
    public static bool IsList(AttributeType type) => ElementOf(type) != type;

    /// <summary>
    /// Fits a value into a scalar type. Results are of kind Integer (int32, int64; unix_timestamp in seconds; timestamp in
    /// milliseconds), Double (double, float), Boolean, Text (string, bytes) or Json (dict).
    /// </summary>
    public static ScalarValue Coerce(in ScalarValue value, AttributeType type) => type switch
    {
        AttributeType.String => value.IsMissing ? default : value.Kind == ScalarKind.Text ? value : ScalarValue.Of(value.ToString()),
        AttributeType.Bytes => value.IsMissing || value.Kind == ScalarKind.Json ? default : ScalarValue.Of(value.ToString()),
        AttributeType.Int32 => ToInteger(value, int.MinValue, int.MaxValue),
        AttributeType.Int64 => ToInteger(value, long.MinValue, long.MaxValue),
        AttributeType.Double => TryNumber(value, out var number) ? ScalarValue.Of(number.Number) : default,
        AttributeType.Float => TryNumber(value, out var number) ? ScalarValue.Of((double)(float)number.Number) : default,
        AttributeType.Bool => ToBoolean(value),
        AttributeType.UnixTimestamp => ToMilliseconds(value) is { } ms ? ScalarValue.Of(Math.DivRem(ms, 1000, out var rest) - (rest < 0 ? 1 : 0)) : default,
        AttributeType.Timestamp => ToMilliseconds(value) is { } ms ? ScalarValue.Of(ms) : default,
        AttributeType.Dict => value.Kind == ScalarKind.Json ? value : default,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is a list type"),
    };

    /// <summary>A number, or a text that reads as one.</summary>
    public static bool TryNumber(in ScalarValue value, out ScalarValue number)
    {
        number = value;
        return value.IsNumber || (value.Kind == ScalarKind.Text && NumberText.TryParse(value.Text, out number));
    }

    private static ScalarValue ToInteger(in ScalarValue value, long min, long max)
    {
        if (!TryNumber(value, out var number))
            return default;
        if (number.Kind == ScalarKind.Double)
            return ScalarValue.Of(number.Number >= max ? max : number.Number <= min ? min : (long)number.Number);
        return ScalarValue.Of((long)Math.Clamp(decimal.Truncate(number.Exact), min, max));
    }

    private static ScalarValue ToBoolean(in ScalarValue value) => value.Kind switch
    {
        ScalarKind.Boolean => value,
        ScalarKind.Text when value.Text is "1" || value.Text.Equals("true", StringComparison.OrdinalIgnoreCase) => ScalarValue.Of(true),
        ScalarKind.Text when value.Text is "0" || value.Text.Equals("false", StringComparison.OrdinalIgnoreCase) => ScalarValue.Of(false),
        ScalarKind.Integer or ScalarKind.Decimal or ScalarKind.Double => ScalarValue.Of(value.Number != 0),
        _ => default,
    };

    private static long? ToMilliseconds(in ScalarValue value)
    {
        if (value.Kind == ScalarKind.Text && TimestampText.TryParse(value.Text, out var time))
            return time.ToUnixTimeMilliseconds();
        if (!TryNumber(value, out var number))
            return null;
        var milliseconds = Math.Abs(number.Number) >= MillisecondsFrom ? number.Number : number.Number * 1000;
        return milliseconds is >= TimestampText.MinMilliseconds and <= TimestampText.MaxMilliseconds ? (long)milliseconds : null;
    }
}
