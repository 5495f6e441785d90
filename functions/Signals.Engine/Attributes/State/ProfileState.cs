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

    /// <summary>The event does not change the profile; it is at hand because a watcher asked for it.</summary>
    Companion,

    /// <summary>A companion in which something is remembered of the event all the same.</summary>
    Marked,
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

    /// <summary>What the store has; null when it is not stored yet.</summary>
    public ReadOnlyMemory<byte>? StoredBytes { get; private set; }

    /// <summary>Whether it differs from what the store has.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Messages that wait to be handed out.</summary>
    public PendingMessages Pending { get; } = new();

    /// <summary>What was sent to this profile, and when.</summary>
    public SendHistory Sent { get; } = new();

    /// <summary>The plan its states are laid out for.</summary>
    public KeyPlan Plan => plan;

    /// <summary>ETag that the store gave it; null when it is not stored yet.</summary>
    public string? ETag { get; private set; }

    /// <summary>The highest sequence number of a log partition that it knows; lower than any when it knows none.</summary>
    public long MarkOf(int partition) => _marks.Of(partition);

    /// <summary>Notes that it knows an event, though nothing of it is folded here. False when it did already.</summary>
    public bool TryMark(LogPosition position)
    {
        var marked = _marks.TryAdvance(position);
        IsChanged |= marked;
        return marked;
    }

    /// <summary>Decides whether an event is new to this profile, and remembers it.</summary>
    public Admission Admit(LogPosition position, Guid eventId, EventTime collectorTime)
    {
        if (!_marks.TryAdvance(position))
            return Admission.Redelivered;
        IsChanged = true;
        return _recent.TryAdd(eventId, collectorTime) ? Admission.Apply : Admission.Duplicate;
    }

    /// <summary>Folds an observation into the state of a definition.</summary>
    /// <exception cref="InvalidOperationException">Another profile stands for it: what is folded here would be lost.</exception>
    public void Fold(DefinitionPlan definition, in Observation observation, EventTime now)
    {
        if (MergedInto is not null)
            throw new InvalidOperationException($"A profile on {plan.Name} that was merged into another one was to take an event.");
        StateOf(definition, create: true)!.Fold(observation, now);
        _entries[definition.Index]!.LastRead = null;
        IsChanged = true;
    }

    /// <summary>Leaves a message, to be handed out when the profile is stored.</summary>
    public void Leave(in PendingMessage message)
    {
        Pending.Add(message);
        IsChanged = true;
    }

    /// <summary>Remembers that something was sent to this profile.</summary>
    public void RecordSent(string name, long second, long keepSince)
    {
        Sent.Add(name, second, keepSince);
        IsChanged = true;
    }

    /// <summary>Forgets that something was sent to this profile at an instant.</summary>
    public void ForgetSent(string name, long second) => IsChanged |= Sent.Remove(name, second);

    /// <summary>The store has it as it is now.</summary>
    public void MarkStored(string etag, ReadOnlyMemory<byte> bytes)
    {
        ETag = etag;
        StoredBytes = bytes;
        IsChanged = false;
    }

    /// <summary>The value of a definition now. Reading it again for the same instant costs nothing until the next fold.</summary>
    public AttributeValue Read(DefinitionPlan definition, EventTime now)
    {
        if (StateOf(definition, create: false) is not { } state)
            return AttributeValue.Missing;
        var entry = _entries[definition.Index]!;
        if (entry.LastRead is not { } last || last.At != now)
            entry.LastRead = last = (now, state.Read(now));
        return last.Value;
    }

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

        public (EventTime At, AttributeValue Value)? LastRead { get; set; }

        public ReadOnlyMemory<byte> Bytes { get; init; }

        /// <summary>When its lifetime began anew.</summary>
        public EventTime TouchedAt
        {
            get => State?.TouchedAt ?? field;
            init;
        }
    }
}
