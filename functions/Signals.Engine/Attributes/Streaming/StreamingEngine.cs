using System.Collections.Concurrent;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Bounds of the streaming engine.</summary>
public sealed record StreamingEngineOptions
{
    /// <summary>Most profiles kept decoded between batches; about 2 KB each.</summary>
    public int CachedProfiles { get; init; } = 40_000;

    /// <summary>Most attempts at writing one profile against concurrent writers, per batch.</summary>
    public int MaxWriteAttempts { get; init; } = 20;
}

/// <summary>What became of a batch.</summary>
/// <param name="Records">Records in the batch; equals applied + duplicate + bad.</param>
/// <param name="Applied">Valid events that were taken in (also those that no definition matches).</param>
/// <param name="Duplicate">Events that every profile they touch had seen before.</param>
/// <param name="Bad">Bad rows.</param>
/// <param name="Late">Of the valid events, those that reached the collector more than 60 s after they happened.</param>
public readonly record struct BatchResult(int Records, int Applied, int Duplicate, int Bad, int Late)
{
    /// <summary>What became of two batches together.</summary>
    public static BatchResult operator +(BatchResult left, BatchResult right) => new(
        left.Records + right.Records, left.Applied + right.Applied, left.Duplicate + right.Duplicate, left.Bad + right.Bad, left.Late + right.Late);
}

/// <summary>
/// The streaming engine: takes batches of the event log and keeps the Profiles Store up to date. Exactly once, because a
/// profile knows which log entries and event ids it has seen; the caller moves the checkpoint after a batch.
/// </summary>
public sealed class StreamingEngine
{
    private static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(60);

    private readonly IDefinitionSource _definitions;
    private readonly IProfileStore _profiles;
    private readonly IBadRowStore _badRows;
    private readonly TimeProvider _time;
    private readonly StreamingMetrics _metrics;
    private readonly ProfileWatcher? _watcher;
    private readonly StreamingEngineOptions _options;
    private readonly ProfileCache _cache;
    private readonly ProfileMerger _merger;
    private readonly DecisionRecords _decisions;
    private readonly ConcurrentBag<RoundBuffers> _spare = [];
    private StreamPlan? _plan;

    /// <summary>Makes an engine. One engine may process several partitions at once, each in its own order.</summary>
    public StreamingEngine(
        IDefinitionSource definitions, IProfileStore profiles, IBadRowStore badRows, TimeProvider time, StreamingMetrics metrics,
        ProfileWatcher? watcher = null, StreamingEngineOptions? options = null)
    {
        _definitions = definitions;
        _profiles = profiles;
        _badRows = badRows;
        _time = time;
        _metrics = metrics;
        _watcher = watcher;
        _options = options ?? new StreamingEngineOptions();
        _cache = new ProfileCache(_options.CachedProfiles);
        _merger = new ProfileMerger(profiles, _options.MaxWriteAttempts);
        _decisions = new DecisionRecords(profiles);
    }

    /// <summary>
    /// Processes a batch of one partition, in order: (1) read the records under the plan in force, (2) load the profiles they
    /// touch, (3) fold, event by event, with the watcher looking on, (4) put on record what was decided by several profiles, unless they
    /// are written together, (5) write the profiles, folding again where another writer was faster, (6) hand out the watcher's messages,
    /// (7) keep the bad rows. Records that update unusually much are processed
    /// in several rounds. When it returns, everything is durable; when it throws, repeating the batch is safe.
    /// </summary>
    public async ValueTask<BatchResult> ProcessAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        var plan = PlanInForce();
        var result = default(BatchResult);
        while (result.Records < records.Count)
            result += await ProcessRoundAsync(records, result.Records, plan, cancellationToken);
        return result;
    }

    private async ValueTask<BatchResult> ProcessRoundAsync(
        IReadOnlyList<LogRecord> records, int first, StreamPlan plan, CancellationToken cancellationToken)
    {
        var round = TakeRound(plan, records[first].Position);
        var (batch, badRows, times) = (round.Batch, round.BadRows, round.Times);
        var now = _time.GetUtcNow();

        Read(records, first, now, round);
        var decisions = NeedsDecisions(plan) ? await _decisions.BeginAsync(batch, cancellationToken) : null;
        if (decisions is { Continues: false })
            _cache.Clear();
        var frozen = await FreezeAsync(batch, plan, EventTime.From(now), cancellationToken);
        await LoadAsync(batch.Profiles, batch, Source.Cache, EventTime.From(now), cancellationToken);
        await FoldAndWriteAsync(batch, plan.Watch, decisions, EventTime.From(now), cancellationToken);
        await PublishAsync(batch, decisions, cancellationToken);
        await _merger.EmptyAsync(frozen, EventTime.From(now), cancellationToken);
        if (badRows.Count > 0)
            await _badRows.AppendAsync(badRows, cancellationToken);

        var result = Summarize(badRows.Count, batch, times);
        _metrics.Record(result, times, EventTime.From(_time.GetUtcNow()));
        _spare.Add(round);
        return result;
    }

    /// <summary>Buffers for a round: those of an earlier one under the same plan, when there are any.</summary>
    private RoundBuffers TakeRound(StreamPlan plan, LogPosition start)
    {
        while (_spare.TryTake(out var spare))
        {
            if (!ReferenceEquals(spare.Plan, plan))
                continue;
            spare.Restart(start);
            return spare;
        }
        return new RoundBuffers(plan, start);
    }

    /// <summary>Has merged identities leave their profiles to their survivors, which take them over in this batch.</summary>
    private async ValueTask<IReadOnlyList<FrozenProfile>> FreezeAsync(EventBatch batch, StreamPlan plan, EventTime now, CancellationToken cancellationToken)
    {
        if (batch.Merges.Count == 0)
            return [];
        var frozen = new List<FrozenProfile>();
        foreach (var key in plan.Merging)
        {
            foreach (var identifier in batch.Merges.SelectMany(merge => merge.Merge.Merged))
                _cache.Take(new ProfileKey(key.Name, identifier), key);
            frozen.AddRange(await _merger.FreezeAsync(batch, key, now, cancellationToken));
        }
        return frozen;
    }

    /// <summary>Decisions need a record when a crash could leave some of the profiles that they look at written and others not.</summary>
    private bool NeedsDecisions(StreamPlan plan) => plan.Watch is { LooksAcrossProfiles: true } && !_profiles.WritesTogether;

    private StreamPlan PlanInForce()
    {
        var snapshot = _definitions.Current;
        var plan = _plan;
        if (plan is null || !ReferenceEquals(plan.Snapshot, snapshot))
            _plan = plan = new StreamPlan(snapshot, _watcher);
        return plan;
    }

    /// <summary>Reads records until there is no more, or the batch is full.</summary>
    private static void Read(IReadOnlyList<LogRecord> records, int first, DateTimeOffset now, RoundBuffers round)
    {
        for (var i = first; i < records.Count && !round.Batch.IsFull; i++)
        {
            round.Batch.End = records[i].Position;
            if (round.Reader.Read(records[i], round.Plan, now, round.Batch, round.BadRows, out var eventTimes) == BatchReader.Outcome.Event)
                round.Times.Add(eventTimes);
        }
    }

    /// <summary>Where profiles are loaded from.</summary>
    private enum Source
    {
        /// <summary>
        /// The cache, else the store. What is only looked at comes from the store: nothing would tell that it is out of date.
        /// </summary>
        Cache,

        /// <summary>The store, because another process has decided on the events of the batch.</summary>
        Store,

        /// <summary>The store, because another writer was faster.</summary>
        StoreAfterLostRace,
    }

    private async ValueTask LoadAsync(
        IReadOnlyList<TouchedProfile> profiles, EventBatch batch, Source source, EventTime now, CancellationToken cancellationToken)
    {
        var missing = new List<TouchedProfile>();
        foreach (var profile in profiles)
        {
            if (source == Source.Cache && profile.IsUpdated && _cache.Take(profile.Key, profile.Plan) is { } cached)
                profile.Begin(cached, batch.Start, afterLostRace: false);
            else
                missing.Add(profile);
        }
        if (missing.Count > 0)
        {
            var stored = await _profiles.ReadAsync(missing.ConvertAll(profile => profile.Key), cancellationToken);
            for (var i = 0; i < missing.Count; i++)
            {
                var state = stored[i] is { } document
                    ? ProfileState.Decode(missing[i].Plan, document.State, document.ETag)
                    : new ProfileState(missing[i].Plan);
                missing[i].Begin(state, batch.Start, source == Source.StoreAfterLostRace);
            }
        }
        foreach (var profile in profiles)
            profile.State!.Pending.DropPublished(batch.Start, now);
        if (Redirect(batch) is { Count: > 0 } survivors)
            await LoadAsync(survivors, batch, source, now, cancellationToken);
    }

    /// <summary>Sends the visits of merged profiles on to their survivors; returns those that are not loaded yet.</summary>
    private static List<TouchedProfile> Redirect(EventBatch batch)
    {
        var survivors = new List<TouchedProfile>();
        for (var i = 0; i < batch.Profiles.Count; i++)
        {
            var profile = batch.Profiles[i];
            if (profile.State?.MergedInto is null)
                continue;
            var survivor = batch.Redirect(profile, out var redirected);
            if (redirected && survivor.IsDone)
                survivor.Reopen();
            if (survivor.State is null && !survivors.Contains(survivor))
                survivors.Add(survivor);
        }
        return survivors;
    }

    /// <summary>Folds the batch, event by event.</summary>
    private static void Fold(EventBatch batch, ProfileWatch? watch, RoundDecisions? decisions, EventTime now)
    {
        decisions?.BeginPass();
        var session = watch?.Start(batch, decisions, now);
        for (int first = 0, end; first < batch.Visits.Length; first = end)
        {
            end = first + 1;
            while (end < batch.Visits.Length && batch.Visits[end].Event == batch.Visits[first].Event)
                end++;
            var isNew = Admit(batch, first..end, decisions);
            if (!isNew && decisions?.Concerns(batch.Events[batch.Visits[first].Event].Position) is not true)
                continue;
            session?.Before(first..end);
            FoldEvent(batch, first..end, now);
            session?.After(first..end);
        }
    }

    /// <summary>Asks every profile of an event whether it is new to it. False when it is to none.</summary>
    private static bool Admit(EventBatch batch, Range visits, RoundDecisions? decisions)
    {
        var isNew = false;
        foreach (ref var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            ref readonly var batchEvent = ref batch.Events[visit.Event];
            visit.Admission = batchEvent.Takeover is { } takeover ? AdmitTakeover(profile, takeover)
                : visit.Updates == 0 ? Admission.Companion
                : visit.AddressedTo is { } merged ? AdmitFor(batch, merged, profile, batchEvent)
                : profile.State!.Admit(batchEvent.Position, batchEvent.EventId, batchEvent.CollectorTime);
            isNew |= visit.Admission == Admission.Apply;
            if (visit.Admission == Admission.Redelivered)
                decisions?.NoteKnown(batchEvent.Position);
        }
        return isNew;
    }

    private static Admission AdmitTakeover(TouchedProfile survivor, IReadOnlyList<FrozenProfile> takeover) =>
        takeover.Any(frozen => !survivor.State!.HasAbsorbed(frozen.Key.Identifier)) ? Admission.Apply : Admission.Redelivered;

    /// <summary>Asks all profiles that an event may have come to: the merged one that it names, those on the way, and the survivor.</summary>
    private static Admission AdmitFor(EventBatch batch, TouchedProfile merged, TouchedProfile survivor, in BatchEvent batchEvent)
    {
        if (merged.State!.HasSeen(batchEvent.Position))
            return Admission.Redelivered;
        for (var next = merged; next.State!.MergedInto is { } into; next = batch.Touch(merged.Plan, into))
        {
            if (next.State.HasSeenFor(merged.Key.Identifier, batchEvent.Position))
                return Admission.Redelivered;
            if (next.State.HasTaken(batchEvent.EventId))
                return Admission.Duplicate;
        }
        return survivor.State!.AdmitFor(merged.Key.Identifier, batchEvent.Position, batchEvent.EventId, batchEvent.CollectorTime);
    }

    private static void FoldEvent(EventBatch batch, Range visits, EventTime now)
    {
        foreach (ref readonly var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            if (visit.Admission != Admission.Apply)
                continue;
            ref readonly var batchEvent = ref batch.Events[visit.Event];
            if (batchEvent.Takeover is { } takeover)
            {
                foreach (var frozen in takeover)
                    profile.State!.Absorb(frozen.Key.Identifier, frozen.State, now);
                continue;
            }
            foreach (ref readonly var update in batch.UpdatesOf(visit))
                profile.State!.Fold(update.Definition, new Observation(batchEvent.Time, batchEvent.EventId, update.Value), now);
        }
    }

    /// <summary>
    /// Folds, puts the decisions on record, and writes the changed profiles, messages included. Profiles that somebody else changed
    /// meanwhile are loaded and folded again; the others are taken back to where they were, so that rules see the profiles of each event
    /// as they were together.
    /// </summary>
    private async ValueTask FoldAndWriteAsync(
        EventBatch batch, ProfileWatch? watch, RoundDecisions? decisions, EventTime now, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Fold(batch, watch, decisions, now);
            var decided = decisions is null || await _decisions.TryKeepAsync(decisions, now, cancellationToken);
            if (decided)
            {
                decisions?.AmendProfiles();
                await WriteAsync(batch, now, cancellationToken);
            }
            var lost = batch.Profiles.Where(profile => !profile.IsDone).ToList();
            if (decided && lost.Count == 0)
                return;
            if (attempt == _options.MaxWriteAttempts)
                throw new ProfileContentionException(decided ? lost[0].Key : DecisionRecords.KeyOf(batch.Start.Partition), attempt);
            foreach (var profile in batch.Profiles.Where(profile => profile.IsDone))
            {
                profile.Rewind();
                if (!decided)
                    profile.Settle();
            }
            await LoadAsync(lost, batch, decided ? Source.StoreAfterLostRace : Source.Store, now, cancellationToken);
        }
    }

    private async ValueTask WriteAsync(EventBatch batch, EventTime now, CancellationToken cancellationToken)
    {
        foreach (var profile in batch.Profiles)
            if (!profile.State!.IsChanged)
                profile.Finish();
        await WriteAsync(batch.Profiles.Where(profile => !profile.IsDone).ToList(), now, cancellationToken);
    }

    private async ValueTask WriteAsync(List<TouchedProfile> profiles, EventTime now, CancellationToken cancellationToken)
    {
        if (profiles.Count == 0)
            return;
        var writer = new StateWriter();
        var scratch = new StateWriter();
        var writes = profiles.ConvertAll(profile =>
            new ProfileWrite(profile.Key, profile.State!.Encode(writer, scratch, now, out var expiresAt), profile.State.ETag, expiresAt));
        var etags = await _profiles.WriteAsync(writes, cancellationToken);
        for (var i = 0; i < profiles.Count; i++)
        {
            if (etags[i] is not { } etag)
                continue;
            profiles[i].State!.MarkStored(etag, writes[i].State);
            profiles[i].Finish();
        }
    }

    /// <summary>
    /// Hands out the messages that wait in the profiles or on record, in the order of their causes, and puts the profiles back into the
    /// cache.
    /// </summary>
    private async ValueTask PublishAsync(EventBatch batch, RoundDecisions? decisions, CancellationToken cancellationToken)
    {
        var messages = batch.Profiles.SelectMany(profile => profile.Finished!.Pending.Messages).Concat(decisions?.Messages ?? [])
            .OrderBy(message => message.Cause.Sequence).ThenBy(message => message.Rank).ToList();
        if (messages.Count > 0 && _watcher is not null)
            await _watcher.PublishAsync(messages, cancellationToken);
        foreach (var profile in batch.Profiles)
            if (profile.IsMoved)
                _cache.Remove(profile.Key);
            else if (profile.Finished is { ETag: not null } stored)
                _cache.Put(profile.Key, stored);
        if (decisions is not null)
            _decisions.Finish(decisions);
    }

    private static BatchResult Summarize(int bad, EventBatch batch, List<EventTimes> times)
    {
        var isNew = new bool[batch.Events.Length];
        foreach (ref readonly var visit in batch.Visits)
            isNew[visit.Event] |= visit.Admission == Admission.Apply;
        var repeated = 0;
        for (var i = 0; i < isNew.Length; i++)
            if (!isNew[i] && batch.Events[i].Takeover is null)
                repeated++;
        var late = times.Count(time => time.CollectorTime.UnixMicroseconds - time.Time.UnixMicroseconds > LateAfter.TotalMicroseconds);
        return new BatchResult(times.Count + bad, times.Count - repeated, repeated, bad, late);
    }
}

/// <summary>A profile could not be written because other writers were always faster.</summary>
public sealed class ProfileContentionException(ProfileKey key, int attempts)
    : Exception($"Profile {key.AttributeKey}={key.Identifier} was changed by others in each of {attempts} attempts to write it.");
