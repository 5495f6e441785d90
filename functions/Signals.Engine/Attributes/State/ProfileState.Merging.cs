using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// What it does to profiles when two identifiers turn out to be one person. The one that ends is frozen first: from then on it
/// names its survivor and takes no event. Then the survivor takes its states over and remembers that it did. At last the frozen
/// one is emptied: its marks stay, for events that were stamped with the old identifier and come again. Each step is a write of
/// one profile and can be repeated.
/// </summary>
internal sealed partial class ProfileState
{
    private readonly SortedSet<string> _absorbed = new(StringComparer.Ordinal);

    /// <summary>
    /// How far it is with events that came to it through a merged profile. These do not share its own marks: they may stand
    /// before events of its own in the log and yet come later.
    /// </summary>
    private readonly SortedDictionary<string, PartitionMarks> _detours = new(StringComparer.Ordinal);

    /// <summary>Identifier of the profile that has taken this one over; null while it stands for itself.</summary>
    public string? MergedInto { get; private set; }

    /// <summary>Whether it holds state of any definition.</summary>
    public bool HasStates => _others.Count > 0 || Array.Exists(_entries, entry => entry is not null);

    /// <summary>The definitions of the plan that it holds state of.</summary>
    public IEnumerable<DefinitionPlan> Definitions => plan.Definitions.Where(definition => _entries[definition.Index] is not null);

    /// <summary>Whether it has taken over the states of a profile.</summary>
    public bool HasAbsorbed(string identifier) => _absorbed.Contains(identifier);

    /// <summary>Whether a log entry that was addressed to it was folded already.</summary>
    public bool HasSeen(LogPosition position) => _marks.Covers(position);

    /// <summary>Whether a log entry that was addressed to a profile merged into it was folded already.</summary>
    public bool HasSeenFor(string merged, LogPosition position) => _detours.TryGetValue(merged, out var marks) && marks.Covers(position);

    /// <summary>Whether it has taken an event lately.</summary>
    public bool HasTaken(Guid eventId) => _recent.Contains(eventId);

    /// <summary>Decides whether an event that was addressed to a profile merged into it is new, and remembers it.</summary>
    public Admission AdmitFor(string merged, LogPosition position, Guid eventId, EventTime collectorTime)
    {
        if (!_detours.TryGetValue(merged, out var marks))
            _detours.Add(merged, marks = new PartitionMarks());
        if (!marks.TryAdvance(position))
            return Admission.Redelivered;
        IsChanged = true;
        return _recent.TryAdd(eventId, collectorTime) ? Admission.Apply : Admission.Duplicate;
    }

    /// <summary>Notes that it knows an event that was addressed to a profile merged into it, though nothing of it is folded here. False when it did already.</summary>
    public bool TryMarkFor(string merged, LogPosition position)
    {
        if (!_detours.TryGetValue(merged, out var marks))
            _detours.Add(merged, marks = new PartitionMarks());
        var marked = marks.TryAdvance(position);
        IsChanged |= marked;
        return marked;
    }

    /// <summary>Lets another profile stand for it. What was merged stays merged: the first survivor that is named counts.</summary>
    public void MergeInto(string survivor)
    {
        if (MergedInto is not null)
            return;
        MergedInto = survivor;
        IsChanged = true;
    }

    /// <summary>
    /// Takes over what another profile has seen: states, recent event ids, what was sent. Not its marks, which say nothing
    /// about the events of this one; and not its waiting messages, which go out from where they are.
    /// </summary>
    public void Absorb(string identifier, ProfileState other, EventTime now)
    {
        if (!_absorbed.Add(identifier))
            return;
        IsChanged = true;
        _absorbed.UnionWith(other._absorbed);
        foreach (var (merged, marks) in other._detours)
        {
            if (!_detours.TryGetValue(merged, out var own))
                _detours.Add(merged, own = new PartitionMarks());
            own.Advance(marks);
        }
        foreach (var definition in other.Definitions)
        {
            StateOf(definition, create: true)!.Merge(other.StateOf(definition, create: false)!, now);
            _entries[definition.Index]!.LastRead = null;
        }
        // States of definitions that are not published cannot be merged; the survivor's own are kept.
        var known = _others.Select(entry => entry.Id).ToHashSet();
        _others.AddRange(other._others.Where(entry => !known.Contains(entry.Id)));
        _recent.Merge(other._recent);
        Sent.Merge(other.Sent);
    }

    /// <summary>Drops what its survivor has taken over.</summary>
    public void Empty()
    {
        Array.Clear(_entries);
        _others.Clear();
        _absorbed.Clear();
        _detours.Clear();
        _recent = new RecentEvents();
        Sent.Clear();
        IsChanged = true;
    }

    private bool HasMergingState => MergedInto is not null || _absorbed.Count > 0 || _detours.Count > 0;

    private void WriteMerging(StateWriter writer)
    {
        writer.Text(MergedInto ?? "");
        writer.Count(_absorbed.Count);
        foreach (var identifier in _absorbed)
            writer.Text(identifier);
        writer.Count(_detours.Count);
        foreach (var (merged, marks) in _detours)
        {
            writer.Text(merged);
            marks.Write(writer);
        }
    }

    private void ReadMerging(ref StateReader reader)
    {
        MergedInto = reader.Text() is { Length: > 0 } survivor ? survivor : null;
        for (var count = reader.Count(); count > 0; count--)
            _absorbed.Add(reader.Text());
        for (var count = reader.Count(); count > 0; count--)
            if (!_detours.TryAdd(reader.Text(), PartitionMarks.Read(ref reader)))
                throw StateReader.Nonsense("a merged profile that stands twice");
    }
}
