using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Checks that the operators and values of event criteria fit (spec signals-api 2.5 and 14.5).</summary>
internal static class EventCriteriaValidator
{
    public const int MaxListItems = 1000;
    public const int MaxTextLength = 10_000;

    public static void Validate(EventCriteria criteria, FieldPath path, FieldErrors errors)
    {
        ValidateAll(criteria.All ?? [], path.At("all"), errors);
        ValidateAll(criteria.Any ?? [], path.At("any"), errors);
    }

    private static void ValidateAll(IReadOnlyList<EventCriterion> criteria, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < criteria.Count; i++)
        {
            PropertyValidator.ValidateDateParts(criteria[i].Property, path.At(i).At("property"), errors);
            ValidateValue(criteria[i], path.At(i).At("value"), errors);
        }
    }

    private static void ValidateValue(EventCriterion criterion, FieldPath path, FieldErrors errors)
    {
        var name = DefinitionNames.EventOperators[criterion.Operator];
        if (criterion.Operator is EventOperator.IsNull or EventOperator.IsNotNull)
        {
            if (criterion.Value is not null)
                errors.Add(path, "value_error", $"Value error, operator '{name}' takes no value", criterion.Value);
        }
        else if (criterion.Value is not { } value)
        {
            errors.Add(path, "missing", $"Field required: operator '{name}' needs a value");
        }
        else if (criterion.Operator is EventOperator.In)
        {
            ValidateList(value, path, errors);
        }
        else if (Expected(criterion.Operator, value) is { } expected)
        {
            errors.Add(path, "value_error", $"Value error, operator '{name}' needs {expected}", value);
        }
        else
        {
            ValidateScalar(value, path, errors);
        }
    }

    private static string? Expected(EventOperator comparison, JsonElement value) => (comparison, value.ValueKind) switch
    {
        (EventOperator.Like, JsonValueKind.String) => null,
        (EventOperator.Like, _) => "a string",
        (_, JsonValueKind.String or JsonValueKind.Number) => null,
        (EventOperator.Equal or EventOperator.NotEqual, JsonValueKind.True or JsonValueKind.False) => null,
        (EventOperator.Equal or EventOperator.NotEqual, _) => "a string, a number or a boolean",
        _ => "a string or a number",
    };

    private static void ValidateList(JsonElement value, FieldPath path, FieldErrors errors)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() is 0 or > MaxListItems)
        {
            errors.Add(path, "value_error", $"Value error, operator 'in' needs a list of 1 to {MaxListItems} values", value);
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

    private static void ValidateScalar(JsonElement value, FieldPath path, FieldErrors errors)
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
