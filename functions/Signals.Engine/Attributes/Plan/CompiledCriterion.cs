using System.Text;
using System.Text.Json;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>One condition on one property of an event (spec signals-api 14.4, comparison 14.5).</summary>
internal sealed class CompiledCriterion
{
    private readonly ValueSource _source;
    private readonly EventOperator _operator;
    private readonly ScalarValue[] _operands;
    private readonly byte[][]? _plainTexts;
    private readonly LikePattern? _pattern;

    public CompiledCriterion(EventCriterion criterion, SlotAllocator slots)
    {
        _source = new ValueSource(criterion.Property, slots);
        _operator = criterion.Operator;
        _operands = OperandsOf(criterion.Value);
        if (_operator == EventOperator.Like)
            _pattern = new LikePattern(_operands[0].ToString());
        else if (_source.PlainSlot >= 0 && _operator is EventOperator.Equal or EventOperator.NotEqual or EventOperator.In && _operands.All(IsPlainText))
            _plainTexts = [.. _operands.Select(operand => Encoding.UTF8.GetBytes(operand.Text))];
    }

    /// <summary>Whether the event fulfils it.</summary>
    public bool Holds(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        if (_plainTexts is not null && slots[_source.PlainSlot] is { Kind: SlotKind.Text } text)
            return IsAnyOf(text.Bytes(line)) != (_operator == EventOperator.NotEqual);
        if (_source.IsArray(slots))
            return HoldsForArray(line, slots);
        var value = _source.Read(line, slots);
        return value.IsMissing
            ? _operator is EventOperator.NotEqual or EventOperator.IsNull
            : HoldsFor(value);
    }

    /// <summary>The scalars of a criterion's value.</summary>
    internal static ScalarValue[] OperandsOf(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(member => AttributeValue.ScalarOf(member))],
        { } scalar => [AttributeValue.ScalarOf(scalar)],
    };

    /// <summary>Text that is equal to nothing but itself: no number, boolean or date-time.</summary>
    private static bool IsPlainText(ScalarValue operand) =>
        operand.Kind == ScalarKind.Text && !NumberText.TryParse(operand.Text, out _) && !bool.TryParse(operand.Text, out _)
        && !TimestampText.TryParse(operand.Text, out _);

    private bool IsAnyOf(ReadOnlySpan<byte> text)
    {
        foreach (var operand in _plainTexts!)
            if (text.SequenceEqual(operand))
                return true;
        return false;
    }

    /// <summary>For an array: any element is equal, like or in; <c>!=</c> holds when no element is equal. Arrays have no order.</summary>
    private bool HoldsForArray(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        if (_operator is EventOperator.IsNull or EventOperator.IsNotNull)
            return _operator == EventOperator.IsNotNull;
        if (_operator is EventOperator.Less or EventOperator.Greater or EventOperator.LessOrEqual or EventOperator.GreaterOrEqual)
            return false;
        var elements = new List<ScalarValue>();
        _source.ReadElements(line, slots, int.MaxValue, elements);
        return _operator == EventOperator.NotEqual
            ? elements.TrueForAll(element => HoldsFor(element))
            : elements.Exists(element => HoldsFor(element));
    }

    private bool HoldsFor(in ScalarValue value) => _operator switch
    {
        EventOperator.Equal => Comparison.AreEqual(value, _operands[0]),
        EventOperator.NotEqual => !Comparison.AreEqual(value, _operands[0]),
        EventOperator.Less => Comparison.TryCompare(value, _operands[0], out var order) && order < 0,
        EventOperator.Greater => Comparison.TryCompare(value, _operands[0], out var order) && order > 0,
        EventOperator.LessOrEqual => Comparison.TryCompare(value, _operands[0], out var order) && order <= 0,
        EventOperator.GreaterOrEqual => Comparison.TryCompare(value, _operands[0], out var order) && order >= 0,
        EventOperator.Like => _pattern!.Matches(value.ToString()),
        EventOperator.In => IsIn(value),
        EventOperator.IsNull => false,
        EventOperator.IsNotNull => true,
        _ => throw new InvalidOperationException($"Unknown operator {_operator}."),
    };

    private bool IsIn(in ScalarValue value)
    {
        foreach (var operand in _operands)
            if (Comparison.AreEqual(value, operand))
                return true;
        return false;
    }
}
