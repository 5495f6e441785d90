using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Gives every distinct property of a plan one slot, so that each is looked up once per event.</summary>
internal sealed class SlotAllocator
{
    private readonly Dictionary<PropertyReference, int> _slots = [];
    private readonly List<PropertyReference> _references = [];

    /// <summary>The slot of a plain property.</summary>
    /// <exception cref="ArgumentException">The property does not resolve; validated definitions always do.</exception>
    public int SlotOf(PropertyDefinition property) =>
        PropertyReferences.TryResolve(property, out var reference, out var error) ? SlotOf(reference) : throw new ArgumentException(error, nameof(property));

    /// <summary>The slot of a reference.</summary>
    public int SlotOf(PropertyReference reference)
    {
        if (_slots.TryGetValue(reference, out var slot))
            return slot;
        slot = _references.Count;
        _references.Add(reference);
        _slots.Add(reference, slot);
        return slot;
    }

    /// <summary>The projection that fills all slots.</summary>
    public EventProjection ToProjection() => new(_references);
}
