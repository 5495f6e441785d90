using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// A batch after reading: the events that touch profiles, which profiles, and what to fold into each, in flat lists that the
/// next batch uses again.
/// </summary>
/// <param name="start">Position of its first record.</param>
internal sealed class EventBatch(LogPosition start)
{
    private const int MaxUpdates = 250_000;

    private readonly List<BatchEvent> _events = [];
    private readonly List<Visit> _visits = [];
    private readonly List<Update> _updates = [];
    private readonly List<TouchedProfile> _profiles = [];
    private readonly List<(BatchEvent Event, IdentityMerge Merge)> _merges = [];
    private readonly Dictionary<KeyPlan, IdentifierTable> _tables = [];

    /// <summary>Position of the first record.</summary>
    public LogPosition Start { get; private set; } = start;

    /// <summary>Position of the last record read into it.</summary>
    public LogPosition End { get; set; } = start;

    /// <summary>The events that touch a profile, in order.</summary>
    public Span<BatchEvent> Events => CollectionsMarshal.AsSpan(_events);

    /// <summary>One per event and profile that it touches, in the order of the events.</summary>
    public Span<Visit> Visits => CollectionsMarshal.AsSpan(_visits);

    /// <summary>The profiles touched, each once.</summary>
    public IReadOnlyList<TouchedProfile> Profiles => _profiles;

    /// <summary>The merges of identities that the batch tells of, in order.</summary>
    public IReadOnlyList<(BatchEvent Event, IdentityMerge Merge)> Merges => _merges;

    /// <summary>The profile of a visit.</summary>
    public TouchedProfile ProfileOf(in Visit visit) => _profiles[visit.Profile];

    /// <summary>What a visit folds.</summary>
    public ReadOnlySpan<Update> UpdatesOf(in Visit visit) => CollectionsMarshal.AsSpan(_updates).Slice(visit.FirstUpdate, visit.Updates);

    /// <summary>Forgets everything and begins at another record.</summary>
    public void Restart(LogPosition at)
    {
        (Start, End) = (at, at);
        _events.Clear();
        _visits.Clear();
        _updates.Clear();
        _profiles.Clear();
        _merges.Clear();
        foreach (var table in _tables.Values)
            table.Clear();
    }

    /// <summary>Begins an event. Visits and updates that follow belong to it.</summary>
    public void BeginEvent(in BatchEvent batchEvent) => _events.Add(batchEvent);

    /// <summary>Adds an update to the visit that is being collected.</summary>
    public void AddUpdate(DefinitionPlan definition, in ScalarValue value) => _updates.Add(new Update(definition, value));

    /// <summary>Whether it has as many updates as should be in memory at once.</summary>
    public bool IsFull => _updates.Count >= MaxUpdates;

    /// <summary>Number of updates so far; where the next visit's updates begin.</summary>
    public int UpdateCount => _updates.Count;

    /// <summary>Ends a visit: the updates since <paramref name="firstUpdate"/> go to this profile.</summary>
    public void AddVisit(KeyPlan plan, ReadOnlySpan<char> identifier, int firstUpdate)
    {
        var profile = Touch(plan, identifier);
        profile.IsUpdated |= _updates.Count > firstUpdate;
        _visits.Add(new Visit(_events.Count - 1, profile.Index, firstUpdate, _updates.Count - firstUpdate));
    }

    /// <summary>Notes a merge of identities.</summary>
    public void AddMerge(in BatchEvent batchEvent, IdentityMerge merge) => _merges.Add((batchEvent, merge));

    /// <summary>
    /// Lets a profile take over the states of others, as an event of its own before all others: events that come again are recognised
    /// by what the others have seen.
    /// </summary>
    public void AddTakeover(in BatchEvent merge, KeyPlan plan, string survivor, IReadOnlyList<FrozenProfile> frozen)
    {
        var firstUpdate = _updates.Count;
        _events.Add(merge with { Takeover = frozen });
        foreach (var definition in frozen.SelectMany(profile => profile.State.Definitions).Distinct())
            AddUpdate(definition, default);
        _visits.Insert(0, new Visit(_events.Count - 1, Touch(plan, survivor).Index, firstUpdate, _updates.Count - firstUpdate));
    }

    /// <summary>
    /// Lets the visits of a merged profile go to its survivor, as far as the chain of survivors is loaded; says whether there were any.
    /// </summary>
    public TouchedProfile Redirect(TouchedProfile merged, out bool redirected)
    {
        redirected = false;
        var survivor = merged;
        while (survivor.State?.MergedInto is { } into)
            survivor = Touch(merged.Plan, into);
        foreach (ref var visit in Visits)
        {
            if (visit.Profile != merged.Index)
                continue;
            visit.Profile = survivor.Index;
            survivor.IsUpdated |= visit.Updates > 0;
            visit.AddressedTo ??= merged;
            redirected = true;
        }
        return survivor;
    }

    /// <summary>The touched profile of an identifier; made when it is not there yet.</summary>
    public TouchedProfile Touch(KeyPlan plan, ReadOnlySpan<char> identifier)
    {
        if (!_tables.TryGetValue(plan, out var table))
            _tables.Add(plan, table = new IdentifierTable());
        if (!table.TryGet(identifier, out var profile))
        {
            profile = new TouchedProfile(_profiles.Count, new ProfileKey(plan.Name, identifier.ToString()), plan);
            table.Add(profile);
            _profiles.Add(profile);
        }
        return profile;
    }

    /// <summary>The touched profiles of one attribute key, found without making a string of the identifier.</summary>
    private sealed class IdentifierTable
    {
        private readonly Dictionary<string, TouchedProfile> _profiles = new(StringComparer.Ordinal);
        private readonly Dictionary<string, TouchedProfile>.AlternateLookup<ReadOnlySpan<char>> _lookup;

        public IdentifierTable() => _lookup = _profiles.GetAlternateLookup<ReadOnlySpan<char>>();

        public bool TryGet(ReadOnlySpan<char> identifier, [NotNullWhen(true)] out TouchedProfile? profile) =>
            _lookup.TryGetValue(identifier, out profile);

        public void Add(TouchedProfile profile) => _profiles.Add(profile.Key.Identifier, profile);

        public void Clear() => _profiles.Clear();
    }
}

/// <summary>An event of a batch, as far as folding needs it.</summary>
/// <param name="Position">Where it stands in the log.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Time">When it happened.</param>
/// <param name="CollectorTime">When it arrived.</param>
internal readonly record struct BatchEvent(LogPosition Position, Guid EventId, EventTime Time, EventTime CollectorTime)
{
    /// <summary>The profiles that the visited one takes over, when a merge of identities is the event; null otherwise.</summary>
    public IReadOnlyList<FrozenProfile>? Takeover { get; init; }
}

/// <summary>One event on one profile.</summary>
/// <param name="Event">Index of the event.</param>
/// <param name="Profile">Index of the profile.</param>
/// <param name="FirstUpdate">Index of its first update.</param>
/// <param name="Updates">Number of its updates.</param>
internal record struct Visit(int Event, int Profile, int FirstUpdate, int Updates)
{
    /// <summary>How the profile took the event.</summary>
    public Admission Admission { get; set; }

    /// <summary>The merged profile that the event was meant for; null when it is the profile itself.</summary>
    public TouchedProfile? AddressedTo { get; set; }
}

/// <summary>One observation for one definition.</summary>
internal readonly record struct Update(DefinitionPlan Definition, ScalarValue Value);

/// <summary>A profile that a batch touches.</summary>
internal sealed class TouchedProfile(int index, ProfileKey key, KeyPlan plan)
{
    public int Index => index;

    public ProfileKey Key => key;

    public KeyPlan Plan => plan;

    /// <summary>Whether an event of the batch updates it; otherwise it is looked at only.</summary>
    public bool IsUpdated { get; set; }

    /// <summary>The state that is folded into, once loaded.</summary>
    public ProfileState? State { get; private set; }

    /// <summary>The state as the store has it after the batch; null until then.</summary>
    public ProfileState? Finished { get; private set; }

    /// <summary>Whether the batch is done with it: what it learned is stored.</summary>
    public bool IsDone => Finished is not null;

    /// <summary>
    /// Whether another writer was faster, and not with events of this batch, after the batch had decided by this profile: those decisions
    /// were made from values that never came to be. Others often write to such a profile, so it is not worth being cached.
    /// </summary>
    public bool IsMoved { get; private set; }

    /// <summary>The stored bytes that the batch found; null when there was no profile.</summary>
    private ReadOnlyMemory<byte>? Loaded { get; set; }

    private long LoadedMark { get; set; } = long.MaxValue;

    /// <summary>Begins with a state as the store has it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="batchStart">Where the batch begins.</param>
    /// <param name="afterLostRace">Whether another writer was faster than this batch.</param>
    public void Begin(ProfileState state, LogPosition batchStart, bool afterLostRace)
    {
        var mark = state.MarkOf(batchStart.Partition);
        IsMoved = afterLostRace && (mark <= LoadedMark || mark < batchStart.Sequence);
        (State, Loaded, LoadedMark) = (state, state.StoredBytes, mark);
    }

    /// <summary>Notes that the store has the state as it is.</summary>
    public void Finish() => Finished ??= State;

    /// <summary>Takes it up again: more has come for it.</summary>
    public void Reopen()
    {
        Finished = null;
        State = null;
    }

    /// <summary>Changes what is stored already, to be written once more.</summary>
    public void Amend(Action<ProfileState> change)
    {
        if (Finished is not null)
            (State, Finished) = (Finished, null);
        change(State!);
    }

    /// <summary>Leaves it to what is on record, whoever was faster.</summary>
    public void Settle() => IsMoved = false;

    /// <summary>Takes the state back to where the batch found it, for looking only: what came out of it is stored already.</summary>
    public void Rewind() => State = Loaded is { } bytes ? ProfileState.Decode(plan, bytes, etag: null) : new ProfileState(plan);
}
