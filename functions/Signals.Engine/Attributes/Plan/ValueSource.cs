using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Where an attribute or a criterion takes its value from: a plain or a calculated property, or a part of its date.</summary>
internal sealed class ValueSource
{
    private readonly int[] _slots;
    private readonly DatePart?[] _slotParts;
    private readonly CalculatedProperty? _calculation;
    private readonly DatePart? _datePart;

    public ValueSource(PropertyDefinition property, SlotAllocator slots)
    {
        _calculation = property as CalculatedProperty;
        var members = _calculation?.Properties ?? [property];
        _slots = [.. members.Select(slots.SlotOf)];
        _slotParts = [.. members.Select(member => _calculation is null ? null : member.DatePart)];
        _datePart = property.DatePart;
    }

    /// <summary>The slot, when the source is a plain property without a date part; else -1.</summary>
    public int PlainSlot => _calculation is null && _datePart is null ? _slots[0] : -1;

    /// <summary>Whether the event holds an array here.</summary>
    public bool IsArray(ReadOnlySpan<SlotValue> slots) => _calculation is null && slots[_slots[0]].Kind == SlotKind.Array;

    /// <summary>The scalar that the event holds here; missing for an array.</summary>
    public ScalarValue Read(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        var value = _calculation is null ? SlotScalars.Read(slots[_slots[0]], line) : Calculate(line, slots);
        return PartOf(value, _datePart);
    }

    /// <summary>Adds the scalar elements of the array that the event holds here, at most <paramref name="limit"/> of them.</summary>
    public void ReadElements(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots, int limit, List<ScalarValue> elements)
    {
        SlotScalars.ReadElements(slots[_slots[0]], line, limit, elements);
        for (var i = elements.Count - 1; _datePart is not null && i >= 0; i--)
        {
            elements[i] = PartOf(elements[i], _datePart);
            if (elements[i].IsMissing)
                elements.RemoveAt(i);
        }
    }

    private static ScalarValue PartOf(in ScalarValue value, DatePart? part)
    {
        if (part is not { } wanted)
            return value;
        return value.Kind == ScalarKind.Text && TimestampText.TryParse(value.Text, out var time) ? DateParts.Of(wanted, time) : default;
    }

    private ScalarValue Calculate(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        var members = new List<ScalarValue>(_slots.Length);
        for (var i = 0; i < _slots.Length; i++)
        {
            var member = PartOf(SlotScalars.Read(slots[_slots[i]], line), _slotParts[i]);
            if (!member.IsMissing)
                members.Add(member);
        }
        return Calculation.Of(_calculation!.Operation, _calculation.Separator ?? "", members);
    }
}
