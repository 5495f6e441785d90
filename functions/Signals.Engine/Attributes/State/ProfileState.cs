using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>How a profile takes an event.</summary>
internal enum Admission
{
    /// <summary>It is new: fold it.</summary>
    Apply,

    /// <summary>The same log entry was folded before (redelivery after a crash).</summary>
    Redelivered,

    /// <summary>The same event was folded before from another log entry (a tracker's retry).</summary>
    Duplicate,
}

/// <summary>
/// One profile in memory: the states of the definitions that the plan knows, decoded when they are first needed, and those of
/// others as the bytes they came in.
/// </summary>
internal sealed partial class ProfileState(KeyPlan plan)
{
    private readonly Entry?[] _entries = new Entry?[plan.Definitions.Count];
    private readonly List<Entry> _others = [];
    private PartitionMarks _marks = new();
    private RecentEvents _recent = new();

    /// <summary>The plan its states are laid out for.</summary>
    public KeyPlan Plan => plan;

    /// <summary>ETag that the store gave it; null when it is not stored yet.</summary>
    public string? ETag { get; set; }

    /// <summary>Decides whether an event is new to this profile, and remembers it.</summary>
    public Admission Admit(LogPosition position, Guid eventId, EventTime collectorTime)
    {
        if (!_marks.TryAdvance(position))
            return Admission.Redelivered;
        return _recent.TryAdd(eventId, collectorTime) ? Admission.Apply : Admission.Duplicate;
    }

    /// <summary>Folds an observation into the state of a definition.</summary>
    public void Fold(DefinitionPlan definition, in Observation observation, EventTime now) =>
        StateOf(definition, create: true)!.Fold(observation, now);

    /// <summary>The value of a definition now.</summary>
    public AttributeValue Read(DefinitionPlan definition, EventTime now) =>
        StateOf(definition, create: false)?.Read(now) ?? AttributeValue.Missing;

    /// <summary>Removes the states of some definitions. False when it had none of them.</summary>
    public bool Remove(IReadOnlySet<DefinitionId> definitions)
    {
        var removed = _others.RemoveAll(entry => definitions.Contains(entry.Id)) > 0;
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i] is not { } entry || !definitions.Contains(entry.Id))
                continue;
            _entries[i] = null;
            removed = true;
        }
        return removed;
    }

    private DefinitionState? StateOf(DefinitionPlan definition, bool create)
    {
        ref var entry = ref _entries[definition.Index];
        if (entry is null)
        {
            if (!create)
                return null;
            entry = new Entry(definition.Id) { State = new DefinitionState(definition) };
        }
        return entry.State ??= DefinitionState.Read(definition, entry.TouchedAt, entry.Bytes.Span);
    }

    /// <summary>A stored state: decoded, or still as bytes.</summary>
    private sealed class Entry(DefinitionId id)
    {
        public DefinitionId Id { get; } = id;

        public DefinitionState? State { get; set; }

        public ReadOnlyMemory<byte> Bytes { get; init; }

        /// <summary>When its lifetime began anew.</summary>
        public EventTime TouchedAt
        {
            get => State?.TouchedAt ?? field;
            init;
        }
    }
}
