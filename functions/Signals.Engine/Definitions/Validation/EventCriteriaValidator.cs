using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Checks that the operators and values of event criteria fit (spec signals-api 2.5 and 14.5).</summary>
internal static class EventCriteriaValidator
{
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
            ScalarRules.ValidateList(value, name, path, errors);
        }
        else if (Expected(criterion.Operator, value) is { } expected)
        {
            errors.Add(path, "value_error", $"Value error, operator '{name}' needs {expected}", value);
        }
        else if (criterion.Operator is EventOperator.Like)
        {
            if (!TextPattern.IsLike(value.GetString()!, out var error))
                errors.Add(path, "value_error", $"Value error, {error}", value);
        }
        else
        {
            ScalarRules.ValidateScalar(value, path, errors);
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
}
