using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Signals.Engine.Identities;

/// <summary>Values that were not used since the process started.</summary>
/// <param name="Type">Name of the identifier type.</param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
public readonly record struct DroppedValues(string Type, DropReason Reason, long Count);

/// <summary>Counts what is found in events, under the meter <c>Signals.Functions</c>.</summary>
public sealed class ExtractionMetrics : IDisposable
{
    private static readonly string[] Outcomes = ["identified", "filtered", "no_identifiers", "broken"];
    private static readonly string[] Reasons = ["empty", "too_long", "blocked", "not_text", "too_many", "alias_too_old"];

    private readonly Meter _meter;
    private readonly Counter<long> _events;
    private readonly Counter<long> _dropped;
    private readonly long[] _totals = new long[Outcomes.Length];
    private readonly ConcurrentDictionary<(string Type, DropReason Reason), StrongBox> _drops = [];

    /// <summary>Makes the instruments.</summary>
    public ExtractionMetrics(IMeterFactory? factory = null)
    {
        const string name = "Signals.Functions";
        _meter = factory?.Create(name) ?? new Meter(name);
        _events = _meter.CreateCounter<long>("signals.identities.events", "{event}", "Events that were searched for identifiers");
        _dropped = _meter.CreateCounter<long>("signals.identities.values_dropped", "{value}", "Values that are not used as identifiers");
    }

    /// <summary>All dropped values since the process started, by type and reason.</summary>
    public IReadOnlyList<DroppedValues> Dropped =>
        [.. _drops.Select(drop => new DroppedValues(drop.Key.Type, drop.Key.Reason, Interlocked.Read(ref drop.Value.Count)))
            .OrderBy(drop => drop.Type, StringComparer.Ordinal).ThenBy(drop => drop.Reason)];

    /// <summary>How many events had an outcome since the process started.</summary>
    public long EventsWith(ExtractionOutcome outcome) => Interlocked.Read(ref _totals[(int)outcome]);

    /// <summary>The name of a reason in metrics and answers.</summary>
    public static string NameOf(DropReason reason) => Reasons[(int)reason];

    /// <summary>The name of an outcome in metrics and answers.</summary>
    public static string NameOf(ExtractionOutcome outcome) => Outcomes[(int)outcome];

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void CountEvent(ExtractionOutcome outcome)
    {
        Interlocked.Increment(ref _totals[(int)outcome]);
        _events.Add(1, new KeyValuePair<string, object?>("outcome", Outcomes[(int)outcome]));
    }

    internal void CountDropped(DropReason reason, string type)
    {
        Interlocked.Increment(ref _drops.GetOrAdd((type, reason), static _ => new StrongBox()).Count);
        _dropped.Add(1, new("reason", Reasons[(int)reason]), new("type", type));
    }

    private sealed class StrongBox
    {
        public long Count;
    }
}
