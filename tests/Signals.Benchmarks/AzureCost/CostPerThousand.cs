using Signals.Storage.Cosmos;

namespace Signals.Benchmarks.AzureCost;

/// <summary>What a thousand events have cost.</summary>
/// <param name="Reads">Documents read.</param>
/// <param name="Writes">Documents written.</param>
/// <param name="RequestUnits">Request units altogether.</param>
/// <param name="RequestUnitsPerWrite">Request units of one write: an insert or, mostly, a replace, which costs twice as much.</param>
/// <param name="RequestUnitsPerInsert">Request units of one write if it were an insert.</param>
/// <param name="EventsPerSecond">How fast it was here, with the emulator on the same processors.</param>
/// <param name="EventsPerProcessorSecond">The same for each second of one processor, whatever else the machine did.</param>
internal sealed record CostPerThousand(double Reads, double Writes, double RequestUnits, double RequestUnitsPerWrite, double RequestUnitsPerInsert, double EventsPerSecond, double EventsPerProcessorSecond)
{
    /// <summary>Size of a document, from what an insert of it costs: 5.5 RU for the first KB, 44.5 for the next 99.</summary>
    public double DocumentBytes => 1024 * (1 + (RequestUnitsPerInsert - 5.5) * 99 / 44.5);

    public static CostPerThousand Between(IReadOnlyList<CosmosUsage> before, IReadOnlyList<CosmosUsage> after, int events, TimeSpan elapsed, TimeSpan processor)
    {
        var used = after.Select(usage =>
        {
            var earlier = before.FirstOrDefault(one => (one.Container, one.Operation, one.Status) == (usage.Container, usage.Operation, usage.Status));
            return usage with { Requests = usage.Requests - earlier.Requests, RequestUnits = usage.RequestUnits - earlier.RequestUnits };
        }).ToList();
        var reads = used.Where(usage => usage.Operation == "read").Sum(usage => usage.Requests);
        var writes = used.Where(usage => usage.Operation is "create" or "replace").ToList();
        var written = writes.Sum(usage => usage.Requests);
        return new CostPerThousand(
            1000.0 * reads / events,
            1000.0 * written / events,
            1000.0 * used.Sum(usage => usage.RequestUnits) / events,
            writes.Sum(usage => usage.RequestUnits) / written,
            writes.Sum(usage => usage.Operation == "replace" ? usage.RequestUnits / 2 : usage.RequestUnits) / written,
            events / elapsed.TotalSeconds,
            events / processor.TotalSeconds);
    }
}
