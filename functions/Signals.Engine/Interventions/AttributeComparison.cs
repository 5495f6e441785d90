using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>Compares an attribute value with what a rule says (spec signals-api 11.3; comparison 14.5).</summary>
internal sealed class AttributeComparison
{
    private readonly AttributeOperator _operator;
    private readonly ScalarValue[] _operands;
    private readonly bool _operandIsList;
    private readonly LikePattern? _like;
    private readonly Regex? _regex;

    public AttributeComparison(AttributeOperator comparison, JsonElement? value)
    {
        _operator = comparison;
        _operands = CompiledCriterion.OperandsOf(value);
        _operandIsList = value is { ValueKind: JsonValueKind.Array };
        if (comparison is AttributeOperator.Like or AttributeOperator.NotLike)
            _like = new LikePattern(_operands[0].ToString());
        else if (comparison is AttributeOperator.RegexLike or AttributeOperator.NotRegexLike)
            _regex = TextPattern.RegularExpression(_operands[0].ToString());
    }

    /// <summary>Whether the value fulfils the condition. Without a value only <c>is null</c> does.</summary>
    public bool Holds(AttributeValue value)
    {
        if (value.IsMissing)
            return _operator == AttributeOperator.IsNull;
        return _operator switch
        {
            AttributeOperator.IsNull => false,
            AttributeOperator.IsNotNull => true,
            AttributeOperator.In => IsIn(value),
            AttributeOperator.NotIn => !IsIn(value),
            _ => value.ToComparable() is { IsMissing: false } scalar && HoldsFor(scalar),
        };
    }

    private bool HoldsFor(in ScalarValue value) => _operator switch
    {
        AttributeOperator.Equal => Comparison.AreEqual(value, _operands[0]),
        AttributeOperator.NotEqual => !Comparison.AreEqual(value, _operands[0]),
        AttributeOperator.Less => Comparison.TryCompare(value, _operands[0], out var order) && order < 0,
        AttributeOperator.Greater => Comparison.TryCompare(value, _operands[0], out var order) && order > 0,
        AttributeOperator.LessOrEqual => Comparison.TryCompare(value, _operands[0], out var order) && order <= 0,
        AttributeOperator.GreaterOrEqual => Comparison.TryCompare(value, _operands[0], out var order) && order >= 0,
        AttributeOperator.Like => _like!.Matches(value.ToString()),
        AttributeOperator.NotLike => !_like!.Matches(value.ToString()),
        AttributeOperator.RegexLike => TextPattern.Matches(_regex!, value.ToString()),
        AttributeOperator.NotRegexLike => !TextPattern.Matches(_regex!, value.ToString()),
        _ => throw new InvalidOperationException($"Unknown operator {_operator}."),
    };

    /// <summary>With a list: the value equals a member of it. With a scalar: the value, taken as a list, has it.</summary>
    private bool IsIn(AttributeValue value)
    {
        if (_operandIsList)
            return value.ToComparable() is { IsMissing: false } scalar && Array.Exists(_operands, operand => Comparison.AreEqual(scalar, operand));
        return value.ComparableMembers().Any(member => Comparison.AreEqual(member, _operands[0]));
    }
}
