using System.Text.Json;
using static Signals.Engine.Definitions.AttributeOperator;

namespace Signals.Engine.Definitions;

/// <summary>Checks one criterion of an intervention: the place of <c>changed</c>, and that value and operator fit (spec signals-api 2.6 and 11.3).</summary>
internal static class AttributeCriterionValidator
{
    public static bool IsPattern(AttributeOperator comparison) => comparison is Like or NotLike or RegexLike or NotRegexLike;

    public static bool TakesNoValue(AttributeOperator comparison) => comparison is IsNull or IsNotNull or Changed;

    public static void Validate(PlacedCriterion placed, FieldErrors errors)
    {
        var (criterion, path, isConjunctive) = placed;
        if (criterion.Operator is Changed && !isConjunctive)
            errors.AddValue(path.At("operator"), "operator 'changed' should be the whole tree, or stand under nothing but 'all'");
        ValidateValue(criterion, path.At("value"), errors);
    }

    private static void ValidateValue(AttributeCriterion criterion, FieldPath path, FieldErrors errors)
    {
        var name = DefinitionNames.AttributeOperators[criterion.Operator];
        if (TakesNoValue(criterion.Operator))
        {
            if (criterion.Value is not null)
                errors.Add(path, "value_error", $"Value error, operator '{name}' takes no value", criterion.Value);
        }
        else if (criterion.Value is not { } value)
        {
            errors.Add(path, "missing", $"Field required: operator '{name}' needs a value");
        }
        else if (value.ValueKind is JsonValueKind.Array && criterion.Operator is In or NotIn)
        {
            ScalarRules.ValidateList(value, name, path, errors);
        }
        else if (Expected(criterion.Operator, value.ValueKind) is { } expected)
        {
            errors.Add(path, "value_error", $"Value error, operator '{name}' needs {expected}", value);
        }
        else if (IsPattern(criterion.Operator))
        {
            ValidatePattern(criterion.Operator, value, path, errors);
        }
        else
        {
            ScalarRules.ValidateScalar(value, path, errors);
        }
    }

    private static void ValidatePattern(AttributeOperator comparison, JsonElement value, FieldPath path, FieldErrors errors)
    {
        var pattern = value.GetString()!;
        var valid = comparison is Like or NotLike ? TextPattern.IsLike(pattern, out var error) : TextPattern.IsRegularExpression(pattern, out error);
        if (!valid)
            errors.Add(path, "value_error", $"Value error, {error}", value);
    }

    // Null when the value is of the right kind.
    private static string? Expected(AttributeOperator comparison, JsonValueKind kind) => comparison switch
    {
        Like or NotLike or RegexLike or NotRegexLike => kind is JsonValueKind.String ? null : "a string",
        Less or Greater or LessOrEqual or GreaterOrEqual => kind is JsonValueKind.String or JsonValueKind.Number ? null : "a string or a number",
        _ when kind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => null,
        In or NotIn => "a string, a number, a boolean or a list of one of these",
        _ => "a string, a number or a boolean",
    };
}
