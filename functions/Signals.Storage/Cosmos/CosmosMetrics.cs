using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Signals.Engine.Attributes;

namespace Signals.Storage.Cosmos;

/// <summary>What requests of one kind have cost since the process started.</summary>
/// <param name="Container">Name of the container.</param>
/// <param name="Operation">What was done, for instance <c>read</c>, <c>replace</c> or <c>batch</c>.</param>
/// <param name="Status">HTTP status of the answer; 0 when none came.</param>
/// <param name="Requests">How many.</param>
/// <param name="RequestUnits">Their charge together.</param>
public readonly record struct CosmosUsage(string Container, string Operation, int Status, long Requests, double RequestUnits);

/// <summary>
/// Counts the requests to Cosmos DB and what they cost, under the meter <c>Signals.Functions</c>: <c>signals.cosmos.request_units</c> and
/// <c>signals.cosmos.requests</c>, both with the tags container, operation and status.
/// </summary>
public sealed class CosmosMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<double> _requestUnits;
    private readonly Histogram<double> _requests;
    private readonly ConcurrentDictionary<(string Container, string Operation, int Status), (long Requests, double RequestUnits)> _usage = new();

    /// <summary>Makes the instruments.</summary>
    public CosmosMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(StreamingMetrics.MeterName) ?? new Meter(StreamingMetrics.MeterName);
        _requestUnits = _meter.CreateCounter<double>("signals.cosmos.request_units", "{request_unit}", "Request units charged by Cosmos DB");
        _requests = _meter.CreateHistogram<double>("signals.cosmos.requests", "s", "Requests to Cosmos DB and how long they took, retries of the client included");
    }

    /// <summary>What was used since the process started, one entry per container, operation and status.</summary>
    public IReadOnlyList<CosmosUsage> Usage =>
        [.. _usage.Select(entry => new CosmosUsage(entry.Key.Container, entry.Key.Operation, entry.Key.Status, entry.Value.Requests, entry.Value.RequestUnits))];

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal void Record(string container, string operation, int status, double requestUnits, TimeSpan duration)
    {
        var tags = new System.Diagnostics.TagList { { "container", container }, { "operation", operation }, { "status", status } };
        _requestUnits.Add(requestUnits, tags);
        _requests.Record(duration.TotalSeconds, tags);
        _usage.AddOrUpdate(
            (container, operation, status), static (_, units) => (1, units), static (_, sum, units) => (sum.Requests + 1, sum.RequestUnits + units), requestUnits);
    }
}
