using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What a round takes from the decision record of its partition, and what it adds to it.</summary>
internal sealed class RoundDecisions
{
    private readonly LogPosition _start;
    private readonly List<PendingMessage> _added = [];
    private readonly List<PendingMessage> _withdrawn = [];
    private readonly List<(TouchedProfile Profile, Action<ProfileState> Change)> _amendments = [];
    private ILookup<long, PendingMessage>? _bySequence;
    private bool _decidedAny;
    private bool _sawLaterEvents;
    private bool _isConfirmed;

    public RoundDecisions(DecisionRecord record, LogPosition start, LogPosition end, bool continues)
    {
        (_start, End, Continues) = (start, end, continues);
        Record = record;
        Kept(record);
    }

    /// <summary>The record as it is stored.</summary>
    public DecisionRecord Record { get; private set; }

    /// <summary>Position of the last record of the round.</summary>
    public LogPosition End { get; }

    /// <summary>
    /// Whether the round begins where this process has finished the one before. If not, others may have worked on the partition, and
    /// what is cached of profiles may be out of date.
    /// </summary>
    public bool Continues { get; }

    /// <summary>The log partition.</summary>
    public int Partition => _start.Partition;

    /// <summary>
    /// Whether a profile knew an event already that nothing on record speaks of: another process, or this one before it failed, may have
    /// decided on it meanwhile.
    /// </summary>
    public bool MayBeOutdated => _sawLaterEvents && !_isConfirmed;

    /// <summary>Whether anything was decided that is not on record.</summary>
    public bool HasNews => _decidedAny || _withdrawn.Count > 0 || _added.Count > 0;

    /// <summary>The messages of the round, to be handed out.</summary>
    public IEnumerable<PendingMessage> Messages => Record.Messages.Where(message => message.Cause.Sequence <= End.Sequence);

    /// <summary>Begins to fold the round, once more or for the first time.</summary>
    public void BeginPass()
    {
        _added.Clear();
        _withdrawn.Clear();
        _amendments.Clear();
        _decidedAny = false;
        _sawLaterEvents = false;
    }

    /// <summary>Whether an event must not be decided again.</summary>
    public bool IsDecided(LogPosition position) => position.Sequence <= Record.Last;

    /// <summary>The messages on record that an event caused.</summary>
    public IEnumerable<PendingMessage> Of(LogPosition position) => _bySequence is null ? [] : _bySequence[position.Sequence];

    /// <summary>Whether an event caused messages that are on record.</summary>
    public bool Concerns(LogPosition position) => _bySequence is not null && _bySequence.Contains(position.Sequence);

    /// <summary>Notes that a profile knew an event already.</summary>
    public void NoteKnown(LogPosition position) => _sawLaterEvents |= !IsDecided(position);

    /// <summary>Notes that something was decided about an event, be it nothing.</summary>
    public void NoteDecided() => _decidedAny = true;

    /// <summary>Adds a message.</summary>
    public void Add(in PendingMessage message) => _added.Add(message);

    /// <summary>Takes a message off the record.</summary>
    public void Withdraw(in PendingMessage message) => _withdrawn.Add(message);

    /// <summary>Changes a profile that is written already, once the decisions are on record.</summary>
    public void Amend(TouchedProfile profile, Action<ProfileState> change) => _amendments.Add((profile, change));

    /// <summary>Carries out the amendments.</summary>
    public void AmendProfiles()
    {
        foreach (var (profile, change) in _amendments)
            profile.Amend(change);
    }

    /// <summary>The record with what this round decided, and without messages that were handed out before it.</summary>
    public DecisionRecord ToRecord() => new(
        Math.Max(Record.Last, End.Sequence), [.. Record.Messages.Where(message => !_withdrawn.Contains(message)), .. _added], Record.ETag);

    /// <summary>The record is stored like this.</summary>
    public void Kept(DecisionRecord record)
    {
        Record = record with { Messages = [.. record.Messages.Where(message => message.Cause.Sequence >= _start.Sequence)] };
        _bySequence = Record.Messages.Count == 0 ? null : Record.Messages.ToLookup(message => message.Cause.Sequence);
    }

    /// <summary>Goes by the record that another process has written.</summary>
    public void Adopt(DecisionRecord record)
    {
        Kept(record);
        _isConfirmed = true;
    }

    /// <summary>Compares with the record as it is now. False when that is another one: it is adopted.</summary>
    public bool Confirm(DecisionRecord current)
    {
        var same = current.ETag == Record.ETag;
        Adopt(same ? Record : current);
        return same;
    }
}
