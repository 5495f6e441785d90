using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Compiled filters: which events are resolved (spec identities, 3.3).</summary>
internal sealed class EventFilterPlan
{
    private readonly bool _requiresAll;
    private readonly Rule[] _rules;

    public EventFilterPlan(IdentityFilters filters, List<PropertyReference> slots)
    {
        _requiresAll = filters.RequiresAll;
        _rules = [.. filters.Rules.Select(rule => new Rule(
            (rule.Property as AtomicReference)?.Column ?? -1, slots.IndexOf(rule.Property), rule.IsNegated, [.. rule.Values.Select(Encoding.UTF8.GetBytes)]))];
    }

    /// <summary>Whether the event is to be resolved.</summary>
    /// <param name="enriched">The event.</param>
    /// <param name="slots">What its projection found.</param>
    /// <param name="buffer">Room for a text without its escapes, as long as the line.</param>
    public bool Passes(in EnrichedEvent enriched, ReadOnlySpan<SlotValue> slots, Span<byte> buffer)
    {
        foreach (var rule in _rules)
            if (rule.Holds(enriched, slots, buffer) != _requiresAll)
                return !_requiresAll;
        return _requiresAll;
    }

    private sealed record Rule(int Column, int Slot, bool IsNegated, byte[][] Values)
    {
        public bool Holds(in EnrichedEvent enriched, ReadOnlySpan<SlotValue> slots, Span<byte> buffer)
        {
            ReadOnlySpan<byte> value;
            if (Column >= 0)
            {
                value = enriched[Column];
                if (value.IsEmpty)
                    return false;
            }
            else
            {
                // What is no plain value cannot be one of a list, nor is it meaningful to say that it is not.
                if (slots[Slot].Kind is SlotKind.Missing or SlotKind.Array or SlotKind.Object)
                    return false;
                value = SlotText.ReadUtf8(slots[Slot], enriched.Line, buffer);
            }
            return IsListed(value) != IsNegated;
        }

        private bool IsListed(ReadOnlySpan<byte> value)
        {
            foreach (var listed in Values)
                if (value.SequenceEqual(listed))
                    return true;
            return false;
        }
    }
}
