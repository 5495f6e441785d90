using System.Globalization;
using System.Text.Json;
using static Signals.Engine.Definitions.AttributeOperator;

namespace Signals.Engine.Definitions;

/// <summary>Why a criterion does not fit the type of its attribute.</summary>
/// <param name="Member">The member that is wrong.</param>
/// <param name="Index">The item of its list; null when it is none.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Input">What was sent.</param>
internal sealed record Misfit(string Member, int? Index, string Message, JsonElement? Input)
{
    public void Report(FieldPath criterion, FieldErrors errors)
    {
        var path = Index is { } index ? criterion.At(Member).At(index) : criterion.At(Member);
        errors.Add(path, "value_error", $"Value error, {Message}", Input);
    }
}

/// <summary>
/// Whether an operator and its value make sense for the type of an attribute (spec signals-api 14.5). What could never hold is
/// refused when it is saved.
/// </summary>
internal static class AttributeTypeFit
{
    /// <summary>Null when it fits. The criterion has been checked on its own.</summary>
    public static Misfit? MisfitOf(AttributeCriterion criterion, AttributeType type)
    {
        if (criterion.Value is not { } value)
            return null;
        var name = DefinitionNames.AttributeOperators[criterion.Operator];
        var subject = $"attribute '{criterion.Group}:{criterion.Attribute}' is of type '{DefinitionNames.AttributeTypes[type]}'";
        var isOrder = criterion.Operator is Less or Greater or LessOrEqual or GreaterOrEqual;
        if (criterion.Operator is In or NotIn)
        {
            if (value.ValueKind is not JsonValueKind.Array)
                return ExpectedItem(value, AttributeTypes.ElementOf(type)) is { } one ? new Misfit("value", null, $"{subject}: operator '{name}' needs {one}", value) : null;
            return AttributeTypes.IsScalar(type)
                ? MisfitOfItem(value, type, subject)
                : new Misfit("value", null, $"{subject}: operator '{name}' needs a single value, and holds when the attribute has it", value);
        }
        if (!AttributeTypes.IsScalar(type) || (isOrder && type is AttributeType.Bool))
            return new Misfit("operator", null, $"{subject}: operator '{name}' cannot compare it", null);
        if (AttributeCriterionValidator.IsPattern(criterion.Operator))
            return null;
        return ExpectedItem(value, type) is { } expected ? new Misfit("value", null, $"{subject}: operator '{name}' needs {expected}", value) : null;
    }

    private static Misfit? MisfitOfItem(JsonElement list, AttributeType type, string subject)
    {
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (ExpectedItem(item, type) is { } expected)
                return new Misfit("value", index, $"{subject}: the list needs to hold {expected} here", item);
            index++;
        }
        return null;
    }

    // Null when the value can be compared with one of the type.
    private static string? ExpectedItem(JsonElement value, AttributeType type) => type switch
    {
        AttributeType.Int32 or AttributeType.Int64 or AttributeType.Double or AttributeType.Float => IsNumber(value) ? null : "a number",
        AttributeType.UnixTimestamp => IsNumber(value) ? null : "a number of seconds",
        AttributeType.Bool => IsBoolean(value) ? null : "a boolean",
        AttributeType.Timestamp => value.ValueKind is JsonValueKind.String && IsoDateTime.TryParse(value.GetString()!, out _) ? null : "a date-time",
        _ => null,
    };

    private static bool IsNumber(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number
        || (value.ValueKind is JsonValueKind.String
            && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number));

    private static bool IsBoolean(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
        || (value.ValueKind is JsonValueKind.String && bool.TryParse(value.GetString(), out _));
}
