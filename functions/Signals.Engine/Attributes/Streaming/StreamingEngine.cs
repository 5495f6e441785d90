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
public readonly record struct BatchResult(int Records, int Applied, int Duplicate, int Bad, int Late);

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
    private readonly StreamingEngineOptions _options;
    private readonly ProfileCache _cache;
    private StreamPlan? _plan;

    /// <summary>Makes an engine. One engine may process several partitions at once, each in its own order.</summary>
    public StreamingEngine(
        IDefinitionSource definitions, IProfileStore profiles, IBadRowStore badRows, TimeProvider time, StreamingMetrics metrics,
        StreamingEngineOptions? options = null)
    {
        _definitions = definitions;
        _profiles = profiles;
        _badRows = badRows;
        _time = time;
        _metrics = metrics;
        _options = options ?? new StreamingEngineOptions();
        _cache = new ProfileCache(_options.CachedProfiles);
    }

    /// <summary>
    /// Processes a batch of one partition, in order: (1) read the records under the plan in force, (2) load the profiles they
    /// touch, (3) fold, event by event, (4) write the profiles, folding again where another writer was faster, (5) keep the
    /// bad rows. When it returns, everything is durable; when it throws, repeating the batch is safe.
    /// </summary>
    public async ValueTask<BatchResult> ProcessAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        var plan = PlanInForce();
        var batch = new EventBatch();
        var badRows = new List<StoredBadRow>();
        var now = _time.GetUtcNow();

        var times = Read(records, plan, now, batch, badRows);
        await LoadAsync(batch.Profiles, fromCache: true, cancellationToken);
        foreach (var profile in batch.Profiles)
            Fold(batch, profile, EventTime.From(now));
        await WriteAsync(batch, EventTime.From(now), cancellationToken);
        if (badRows.Count > 0)
            await _badRows.AppendAsync(badRows, cancellationToken);

        var result = Summarize(records.Count, badRows.Count, batch, times);
        _metrics.Record(result, times, EventTime.From(_time.GetUtcNow()));
        return result;
    }

    private StreamPlan PlanInForce()
    {
        var snapshot = _definitions.Current;
        var plan = _plan;
        if (plan is null || !ReferenceEquals(plan.Snapshot, snapshot))
            _plan = plan = new StreamPlan(snapshot);
        return plan;
    }

    private static List<EventTimes> Read(
        IReadOnlyList<LogRecord> records, StreamPlan plan, DateTimeOffset now, EventBatch batch, List<StoredBadRow> badRows)
    {
        var reader = new BatchReader();
        var times = new List<EventTimes>(records.Count);
        for (var i = 0; i < records.Count; i++)
            if (reader.Read(records[i], plan, now, batch, badRows, out var eventTimes) == BatchReader.Outcome.Event)
                times.Add(eventTimes);
        return times;
    }

    private async ValueTask LoadAsync(IReadOnlyList<TouchedProfile> profiles, bool fromCache, CancellationToken cancellationToken)
    {
        var missing = new List<TouchedProfile>();
        foreach (var profile in profiles)
        {
            profile.State = fromCache ? _cache.Take(profile.Key, profile.Plan) : null;
            if (profile.State is null)
                missing.Add(profile);
        }
        if (missing.Count == 0)
            return;
        var stored = await _profiles.ReadAsync(missing.ConvertAll(profile => profile.Key), cancellationToken);
        for (var i = 0; i < missing.Count; i++)
            missing[i].State = stored[i] is { } document
                ? ProfileState.Decode(missing[i].Plan, document.State, document.ETag)
                : new ProfileState(missing[i].Plan);
    }

    private static void Fold(EventBatch batch, TouchedProfile profile, EventTime now)
    {
        var state = profile.State!;
        foreach (var index in profile.Visits)
        {
            ref var visit = ref batch.Visits[index];
            ref readonly var batchEvent = ref batch.Events[visit.Event];
            visit.Admission = state.Admit(batchEvent.Position, batchEvent.EventId, batchEvent.CollectorTime);
            if (visit.Admission != Admission.Apply)
                continue;
            foreach (ref readonly var update in batch.UpdatesOf(visit))
                state.Fold(update.Definition, new Observation(batchEvent.Time, batchEvent.EventId, update.Value), now);
        }
    }

    private async ValueTask WriteAsync(EventBatch batch, EventTime now, CancellationToken cancellationToken)
    {
        var pending = ChangedProfiles(batch);
        var writer = new StateWriter();
        var scratch = new StateWriter();
        for (var attempt = 1; pending.Count > 0; attempt++)
        {
            var writes = pending.ConvertAll(profile =>
                new ProfileWrite(profile.Key, profile.State!.Encode(writer, scratch, now, out var expiresAt), profile.State.ETag, expiresAt));
            var etags = await _profiles.WriteAsync(writes, cancellationToken);
            var lost = new List<TouchedProfile>();
            for (var i = 0; i < pending.Count; i++)
            {
                pending[i].State!.ETag = etags[i];
                if (etags[i] is null)
                    lost.Add(pending[i]);
                else
                    _cache.Put(pending[i].Key, pending[i].State!);
            }
            if (lost.Count > 0 && attempt == _options.MaxWriteAttempts)
                throw new ProfileContentionException(lost[0].Key, attempt);
            pending = lost;
            await LoadAsync(pending, fromCache: false, cancellationToken);
            foreach (var profile in pending)
                Fold(batch, profile, now);
        }
    }

    /// <summary>The profiles that learned something; those that had seen every log entry before go back to the cache.</summary>
    private List<TouchedProfile> ChangedProfiles(EventBatch batch)
    {
        var changed = new List<TouchedProfile>(batch.Profiles.Count);
        foreach (var profile in batch.Profiles)
        {
            if (profile.Visits.Exists(visit => batch.Visits[visit].Admission != Admission.Redelivered))
                changed.Add(profile);
            else if (profile.State!.ETag is not null)
                _cache.Put(profile.Key, profile.State);
        }
        return changed;
    }

    private static BatchResult Summarize(int records, int bad, EventBatch batch, List<EventTimes> times)
    {
        var repeated = 0;
        for (int i = 0, visits = batch.Visits.Length; i < visits;)
        {
            var batchEvent = batch.Visits[i].Event;
            var isNew = false;
            for (; i < visits && batch.Visits[i].Event == batchEvent; i++)
                isNew |= batch.Visits[i].Admission == Admission.Apply;
            repeated += isNew ? 0 : 1;
        }
        var late = times.Count(time => time.CollectorTime.UnixMicroseconds - time.Time.UnixMicroseconds > LateAfter.TotalMicroseconds);
        return new BatchResult(records, records - bad - repeated, repeated, bad, late);
    }
}

/// <summary>A profile could not be written because other writers were always faster.</summary>
public sealed class ProfileContentionException(ProfileKey key, int attempts)
    : Exception($"Profile {key.AttributeKey}={key.Identifier} was changed by others in each of {attempts} attempts to write it.");
