using System.Collections.Concurrent;

namespace Signals.CosmosEmulator;

/// <summary>What a container was asked and what it cost.</summary>
public readonly record struct OperationCount(string Container, CosmosOperation Operation, long Requests, long Refused, double RequestUnits);

/// <summary>Counts requests, refusals (status 400 and above, or none at all) and request units by container and operation.</summary>
public sealed class OperationMeter
{
    private readonly ConcurrentDictionary<(string Container, CosmosOperation Operation), Counter> _counters = new();

    /// <summary>Everything counted since the start or the last <see cref="Reset"/>.</summary>
    public IReadOnlyList<OperationCount> Read() =>
        [.. _counters.OrderBy(static entry => entry.Key).Select(static entry => entry.Value.Read(entry.Key.Container, entry.Key.Operation))];

    /// <summary>The sum for one container, optionally of one kind of operation.</summary>
    public OperationCount Total(string container, CosmosOperation? operation = null)
    {
        var counts = Read().Where(count => count.Container == container && (operation is null || count.Operation == operation)).ToList();
        return new OperationCount(
            container, operation ?? default, counts.Sum(static count => count.Requests), counts.Sum(static count => count.Refused), counts.Sum(static count => count.RequestUnits));
    }

    public void Reset() => _counters.Clear();

    internal void Count(CosmosCall call, int status, double units) =>
        _counters.GetOrAdd((call.Container, call.Operation), static _ => new Counter()).Add(status is 0 or >= 400, units);

    private sealed class Counter
    {
        private readonly Lock _gate = new();
        private long _requests;
        private long _refused;
        private double _units;

        public void Add(bool refused, double units)
        {
            lock (_gate)
            {
                _requests++;
                if (refused) _refused++;
                _units += units;
            }
        }

        public OperationCount Read(string container, CosmosOperation operation)
        {
            lock (_gate) return new OperationCount(container, operation, _requests, _refused, _units);
        }
    }
}
