using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Event criteria made ready to run: every one of <c>all</c> and one of <c>any</c> (spec signals-api 2.5, 14.4).</summary>
internal sealed class CompiledCriteria
{
    private readonly CompiledCriterion[] _all;
    private readonly CompiledCriterion[] _any;

    public CompiledCriteria(EventCriteria criteria, SlotAllocator slots)
    {
        _all = [.. (criteria.All ?? []).Select(criterion => new CompiledCriterion(criterion, slots))];
        _any = [.. (criteria.Any ?? []).Select(criterion => new CompiledCriterion(criterion, slots))];
    }

    /// <summary>Whether the event fulfils them.</summary>
    public bool Hold(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        foreach (var criterion in _all)
            if (!criterion.Holds(line, slots))
                return false;
        if (_any.Length == 0)
            return true;
        foreach (var criterion in _any)
            if (criterion.Holds(line, slots))
                return true;
        return false;
    }
}
