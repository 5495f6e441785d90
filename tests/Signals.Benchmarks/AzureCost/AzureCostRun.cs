using System.Diagnostics;
using System.Globalization;
using Signals.Benchmarks.Engine;
using Signals.CosmosEmulator;
using Signals.Engine.Attributes;
using Signals.Storage.Cosmos;

namespace Signals.Benchmarks.AzureCost;

/// <summary>
/// What an event costs in Cosmos DB: the streaming engine over the stores in Cosmos DB, over the SDK, against the emulator in this process, which
/// charges as the service does. Usage: <c>azure-cost</c>.
/// </summary>
internal static class AzureCostRun
{
    private static readonly int[] BatchSizes = [100, 1000, 5000, 10_000];

    public static async Task<int> RunAsync()
    {
        await MeasureAsync(new CostScenario { Events = 10_000 }); // So that the first row is not that of a cold start.
        Console.WriteLine(Machine.Describe());
        await TableAsync("Batch size", BatchSizes.Select(size => new CostScenario { BatchSize = size }));
        await TableAsync("Visitors at once", new[] { 50, 500, 5000 }.Select(visitors => new CostScenario { VisitorsAtOnce = visitors }));
        await TableAsync("Events per session", new[] { 1, 5, 20, 100 }.Select(events => new CostScenario { EventsPerSession = events }));
        await TableAsync("Events sent together", new[] { 1, 5, 20 }.Select(events => new CostScenario { EventsTogether = events }));
        await TableAsync("Attributes per group", new[] { 1, 3, 10, 50 }.Select(attributes => new CostScenario { Attributes = attributes }));
        await TableAsync("Attributes with a period", new[] { 1, 3, 10, 50 }.Select(attributes => new CostScenario { Attributes = attributes, Windowed = true }));
        return 0;
    }

    private static async Task TableAsync(string title, IEnumerable<CostScenario> scenarios)
    {
        Console.WriteLine($"\n## {title}\n");
        Console.WriteLine("| batch | visitors at once | events per session | sent together | attributes | per 1,000 events: reads | writes | RU | RU per write | document, bytes | events/s | events per processor second |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var scenario in scenarios)
        {
            var cost = await MeasureAsync(scenario);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {scenario.BatchSize:N0} | {scenario.VisitorsAtOnce:N0} | {scenario.EventsPerSession:N0} | {scenario.EventsTogether:N0} | {scenario.Attributes:N0}{(scenario.Windowed ? " over 7 days" : "")} | {cost.Reads:N0} | {cost.Writes:N0} | {cost.RequestUnits:N0} | {cost.RequestUnitsPerWrite:N1} | {cost.DocumentBytes:N0} | {cost.EventsPerSecond:N0} | {cost.EventsPerProcessorSecond:N0} |"));
        }
    }

    private static async Task<CostPerThousand> MeasureAsync(CostScenario scenario)
    {
        await using var emulator = new EmulatedCosmos(new CosmosEmulatorOptions { Consistency = "BoundedStaleness" });
        using var account = new CosmosAccount(
            new CosmosOptions { Endpoint = emulator.Endpoint, Emulator = true }, httpClientFactory: () => new HttpClient(emulator.CreateHandler(), disposeHandler: true));
        await account.OpenAsync(CancellationToken.None);
        var store = new CosmosProfileStore(account, TimeProvider.System);
        using var metrics = new StreamingMetrics();
        var engine = new StreamingEngine(new VisitorAttributes(scenario), store, new NoBadRows(), TimeProvider.System, metrics);
        var stream = new VisitorStream(scenario, DateTimeOffset.UtcNow.AddHours(-1));

        await ProcessAsync(engine, stream, scenario.EventsBefore);
        var before = account.Metrics.Usage;
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var events = await ProcessAsync(engine, stream, scenario.Events);
        watch.Stop();
        return CostPerThousand.Between(before, account.Metrics.Usage, events, watch.Elapsed, Environment.CpuUsage.TotalTime - processor);
    }

    private static async Task<int> ProcessAsync(StreamingEngine engine, VisitorStream stream, int events)
    {
        var processed = 0;
        while (processed < events)
        {
            var batch = stream.Next();
            var result = await engine.ProcessAsync(batch, CancellationToken.None);
            if (result.Applied != batch.Length)
                throw new InvalidOperationException($"Only {result.Applied} of {batch.Length} events were applied.");
            processed += batch.Length;
        }
        return processed;
    }
}
