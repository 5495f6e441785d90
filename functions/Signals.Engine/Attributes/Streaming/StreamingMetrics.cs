using System.Diagnostics.Metrics;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Totals since the process started.</summary>
/// <param name="In">Records taken from the log; equals applied + duplicate + bad.</param>
/// <param name="Applied">Events taken in.</param>
/// <param name="Duplicate">Events seen before.</param>
/// <param name="Bad">Bad rows.</param>
/// <param name="Late">Of the valid events, those that reached the collector more than 60 s after they happened.</param>
/// <param name="DeadLettered">Of the bad rows, those that stand for records which could not be processed.</param>
public readonly record struct StreamingCounts(long In, long Applied, long Duplicate, long Bad, long Late, long DeadLettered);

/// <summary>What the streaming engine measures, under the meter <c>Signals.Functions</c>.</summary>
public sealed class StreamingMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Signals.Functions";

    private readonly Meter _meter;
    private readonly Counter<long> _in;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _duplicate;
    private readonly Counter<long> _bad;
    private readonly Counter<long> _late;
    private readonly Counter<long> _deadLettered;
    private readonly Histogram<double> _latency;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, long> _lag = [];
    private StreamingCounts _totals;

    /// <summary>Makes the instruments.</summary>
    public StreamingMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _in = _meter.CreateCounter<long>("signals.events.in", "{event}", "Records taken from the event log");
        _applied = _meter.CreateCounter<long>("signals.events.applied", "{event}", "Events taken in");
        _duplicate = _meter.CreateCounter<long>("signals.events.duplicate", "{event}", "Events that were seen before");
        _bad = _meter.CreateCounter<long>("signals.events.bad", "{event}", "Bad rows");
        _late = _meter.CreateCounter<long>("signals.events.late", "{event}", "Events that reached the collector more than 60 s after they happened");
        _deadLettered = _meter.CreateCounter<long>("signals.events.dead_lettered", "{event}", "Records that could not be processed and were kept as bad rows");
        _latency = _meter.CreateHistogram<double>("signals.events.latency", "s", "Time from collector_tstamp to visible in the Profiles Store");
        _meter.CreateObservableGauge("signals.log.lag", ObserveLag, "{event}", "Records of a partition that the engine has not finished");
    }

    /// <summary>Totals since the process started.</summary>
    public StreamingCounts Totals
    {
        get
        {
            lock (_lock)
                return _totals;
        }
    }

    /// <summary>Lag per partition as last reported, in records.</summary>
    public IReadOnlyDictionary<int, long> Lag
    {
        get
        {
            lock (_lock)
                return new SortedDictionary<int, long>(_lag);
        }
    }

    /// <summary>Reports how many records of a partition are not finished.</summary>
    public void RecordLag(int partition, long records)
    {
        lock (_lock)
            _lag[partition] = records;
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Record(in BatchResult result, List<EventTimes> times, EventTime visibleAt)
    {
        lock (_lock)
            _totals = new StreamingCounts(
                _totals.In + result.Records, _totals.Applied + result.Applied, _totals.Duplicate + result.Duplicate,
                _totals.Bad + result.Bad, _totals.Late + result.Late, _totals.DeadLettered);
        _in.Add(result.Records);
        _applied.Add(result.Applied);
        _duplicate.Add(result.Duplicate);
        _bad.Add(result.Bad);
        _late.Add(result.Late);
        if (!_latency.Enabled)
            return;
        foreach (var time in times)
            _latency.Record((visibleAt.UnixMicroseconds - time.CollectorTime.UnixMicroseconds) / 1e6);
    }

    internal void RecordDeadLetter()
    {
        lock (_lock)
            _totals = _totals with { In = _totals.In + 1, Bad = _totals.Bad + 1, DeadLettered = _totals.DeadLettered + 1 };
        _in.Add(1);
        _bad.Add(1);
        _deadLettered.Add(1);
    }

    private IEnumerable<Measurement<long>> ObserveLag() =>
        Lag.Select(entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>("partition", entry.Key)));
}
