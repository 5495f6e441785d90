using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Bounds of the values that criteria compare with (spec signals-api 2.5 and 2.6).</summary>
internal static class ScalarRules
{
    public const int MaxListItems = 1000;
    public const int MaxTextLength = 10_000;

    /// <summary>A list of scalars of one kind.</summary>
    public static void ValidateList(JsonElement value, string comparison, FieldPath path, FieldErrors errors)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() is 0 or > MaxListItems)
        {
            errors.Add(path, "value_error", $"Value error, operator '{comparison}' needs a list of 1 to {MaxListItems} values", value);
            return;
        }
        var first = Kind(value[0]);
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Kind(item) is null || Kind(item) != first)
            {
                errors.Add(path.At(index), "value_error", "Value error, a list holds strings, numbers or booleans, and only one kind of them", item);
                return;
            }
            ValidateScalar(item, path.At(index), errors);
            index++;
        }
    }

    /// <summary>A scalar of bounded size.</summary>
    public static void ValidateScalar(JsonElement value, FieldPath path, FieldErrors errors)
    {
        if (value.ValueKind is JsonValueKind.Number && !double.IsFinite(value.GetDouble()))
            errors.Add(path, "finite_number", "Input should be a finite number", value);
        if (value.ValueKind is JsonValueKind.String && value.GetString()!.Length > MaxTextLength)
            errors.Add(path, "string_too_long", $"String should have at most {MaxTextLength} characters", null, ("max_length", MaxTextLength));
    }

    // True and false are one kind.
    private static JsonValueKind? Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonValueKind.String,
        JsonValueKind.Number => JsonValueKind.Number,
        JsonValueKind.True or JsonValueKind.False => JsonValueKind.True,
        _ => null,
    };
}
