using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Checks that a default value is one of the attribute's type (spec signals-api 4.3 and 14.6).</summary>
internal static class DefaultValueValidator
{
    // As many as an attribute can hold itself.
    private const int MaxItems = 100;
    private const int MaxTextLength = 10_000;

    public static void Validate(JsonElement value, AttributeType type, FieldPath path, FieldErrors errors)
    {
        if (!AttributeTypes.IsList(type))
        {
            if (Expected(value, type) is { } expected)
                Refuse(value, expected, type, path, errors);
            return;
        }
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() > MaxItems)
        {
            Refuse(value, $"a list of at most {MaxItems} values", type, path, errors);
            return;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Expected(item, AttributeTypes.ElementOf(type)) is { } expected)
                Refuse(item, expected, type, path.At(index), errors);
            index++;
        }
    }

    private static void Refuse(JsonElement value, string expected, AttributeType type, FieldPath path, FieldErrors errors) =>
        errors.Add(path, "value_error", $"Value error, a default value of type '{DefinitionNames.AttributeTypes[type]}' should be {expected}", value);

    // Null when it fits.
    private static string? Expected(JsonElement value, AttributeType type)
    {
        var kind = value.ValueKind;
        return type switch
        {
            AttributeType.Int32 => IsInteger(value, int.MinValue, int.MaxValue) ? null : "a 32-bit integer",
            AttributeType.Int64 => IsInteger(value, long.MinValue, long.MaxValue) ? null : "a 64-bit integer",
            AttributeType.Float => kind is JsonValueKind.Number && float.IsFinite((float)value.GetDouble()) ? null : "a number",
            AttributeType.Double => kind is JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? null : "a number",
            AttributeType.Bool => kind is JsonValueKind.True or JsonValueKind.False ? null : "a boolean",
            AttributeType.UnixTimestamp or AttributeType.Timestamp => IsInstant(value) ? null : "a date-time or a number of seconds",
            AttributeType.Bytes => kind is JsonValueKind.String && value.GetString()!.Length <= MaxTextLength ? null : $"a string of at most {MaxTextLength} characters",
            AttributeType.String => IsText(value) ? null : $"a scalar of at most {MaxTextLength} characters",
            _ => "absent",
        };
    }

    private static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Length <= MaxTextLength,
        JsonValueKind.Number => double.IsFinite(value.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => true,
        _ => false,
    };

    private static bool IsInstant(JsonElement value) =>
        value.ValueKind is JsonValueKind.String
            ? IsoDateTime.TryParse(value.GetString()!, out _)
            : IsInteger(value, 0, long.MaxValue);

    private static bool IsInteger(JsonElement value, long min, long max) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var number) && decimal.Truncate(number) == number && number >= min && number <= max;
}
