using System.Diagnostics.Metrics;

namespace Signals.Engine.Identities;

/// <summary>Counts what resolution does, under the meter <c>Signals.Functions</c>.</summary>
public sealed class ResolutionMetrics : IDisposable
{
    private static readonly string[] Outcomes = ["none", "existing", "linked", "new", "merged", "conflict_anonymous", "fallback", "conflict_owner"];
    private const int OwnerConflict = 7;

    private readonly Meter _meter;
    private readonly Counter<long> _resolved;
    private readonly Counter<long> _merges;
    private readonly Counter<long> _reasons;
    private readonly Counter<long> _lostRaces;
    private readonly Counter<long> _reconciled;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    public ResolutionMetrics(IMeterFactory? factory = null)
    {
        const string name = "Signals.Functions";
        _meter = factory?.Create(name) ?? new Meter(name);
        _resolved = _meter.CreateCounter<long>("signals.identities.resolved", "{event}", "Events that were given a Snowplow ID");
        _merges = _meter.CreateCounter<long>("signals.identities.merges", "{id}", "Snowplow IDs that were merged into older ones");
        _reasons = _meter.CreateCounter<long>("signals.identities.reasons", "{event}", "Events whose resolution met a guard or a conflict");
        _lostRaces = _meter.CreateCounter<long>("signals.identities.lost_races", "{race}", "Writes to the identity graph that came too late and were decided again");
        _reconciled = _meter.CreateCounter<long>("signals.identities.reconciled", "{event}", "Events with fallback ids that were replayed");
        _duration = _meter.CreateHistogram<double>("signals.identities.duration", "s", "Time to resolve a batch");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Counts a batch.</summary>
    internal void Count(IReadOnlyList<ResolutionResult> results, TimeSpan duration)
    {
        Span<long> outcomes = stackalloc long[Outcomes.Length];
        long merges = 0;
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            outcomes[result.Conflict is { IsAnonymous: false } ? OwnerConflict : (int)result.Outcome]++;
            merges += result.Merged.Count;
            if (result.Reasons == ResolutionReasons.None)
                continue;
            foreach (var reason in result.ReasonNames)
                _reasons.Add(1, new KeyValuePair<string, object?>("reason", reason));
        }
        for (var outcome = 0; outcome < outcomes.Length; outcome++)
        {
            if (outcomes[outcome] > 0)
                _resolved.Add(outcomes[outcome], new KeyValuePair<string, object?>("outcome", Outcomes[outcome]));
        }
        if (merges > 0)
            _merges.Add(merges);
        _duration.Record(duration.TotalSeconds);
    }

    internal void CountReplayed(ReplayedEvent replayed) =>
        _reconciled.Add(1, new KeyValuePair<string, object?>("result", replayed.IsUnresolved ? "unresolved" : "resolved"));

    internal void CountLostRace() => _lostRaces.Add(1);
}
