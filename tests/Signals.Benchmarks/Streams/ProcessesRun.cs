using System.Diagnostics;
using System.Globalization;
using Signals.Benchmarks.EndToEnd;
using Signals.CosmosEmulator;

namespace Signals.Benchmarks.Streams;

/// <summary>
/// One process of the product takes events and decides, others hold the streams; their stores are in the emulator of Cosmos DB, to which each
/// speaks over HTTP. How long an intervention takes from the event to the page.
/// Usage: <c>sse-processes [streams] [interventions per second] [seconds] [processes with streams]</c>.
/// </summary>
internal static class ProcessesRun
{
    private static readonly TimeSpan DefinitionsKnown = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var streams = Number(args, 0, 200);
        var perSecond = Number(args, 1, 200);
        var measured = TimeSpan.FromSeconds(Number(args, 2, 30));
        await using var emulator = await EmulatedCosmos.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["Signals__Cosmos__Endpoint"] = emulator.Endpoint.AbsoluteUri,
            ["Signals__Cosmos__Emulator"] = "true",
            ["Signals__Subscriptions__MaxPerAddress"] = (streams * 2).ToString(CultureInfo.InvariantCulture),
        };
        var deciding = await Product.StartAsync(settings, withTutorial: false);
        var holding = new List<Product>();
        try
        {
            for (var process = Number(args, 3, 2); process > 0; process--)
                holding.Add(await Product.StartAsync(settings, withTutorial: false));
            await deciding.PostAsync("/api/v1/registry/attribute_groups/", StreamsRun.Group);
            await deciding.PostAsync("/api/v1/registry/interventions/", StreamsRun.Rule);
            await Task.Delay(DefinitionsKnown);
            return await MeasureAsync(emulator, deciding, holding, streams, perSecond, measured) ? 0 : 1;
        }
        finally
        {
            foreach (var product in holding)
                await product.DisposeAsync();
            await deciding.DisposeAsync();
        }
    }

    private static async Task<bool> MeasureAsync(
        EmulatedCosmos emulator, Product deciding, List<Product> holding, int streams, int perSecond, TimeSpan measured)
    {
        StreamClient[] clients = [.. holding.SelectMany(product => StreamsRun.Clients(product, streams / holding.Count))];
        await StreamsRun.ForEachAsync(clients, client => client.OpenAsync(resume: false));
        await StreamsRun.SendAsync(deciding, clients, perSecond, TimeSpan.FromSeconds(5), CancellationToken.None);
        await StreamsRun.AwaitAllAsync(clients);
        foreach (var client in clients)
            client.Measures = true;
        emulator.Meter.Reset();
        var watch = Stopwatch.StartNew();
        var sent = await StreamsRun.SendAsync(deciding, clients, perSecond, measured, CancellationToken.None);
        var elapsed = watch.Elapsed;
        var (outbox, feed) = (emulator.Meter.Total("outbox"), emulator.Meter.Total("outbox", CosmosOperation.ChangeFeed));
        await StreamsRun.AwaitAllAsync(clients);

        var latencies = clients.SelectMany(client => client.Latencies).Order().ToArray();
        double At(double quantile) => latencies[(int)Math.Min(latencies.Length - 1, quantile * latencies.Length)];
        var (lost, repeated) = (clients.Sum(client => client.Lost), clients.Sum(client => client.Repeated));
        Console.WriteLine(Machine.Describe());
        Console.WriteLine();
        Console.WriteLine("| processes with streams | streams | interventions | per second | p50 ms | p99 ms | longest ms | lost | repeated | RU per second: appends | RU per second: feed of a process |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        Console.WriteLine(
            $"| {holding.Count} | {clients.Length:N0} | {sent:N0} | {sent / elapsed.TotalSeconds:N0} | {At(0.5):N1} | {At(0.99):N1} | {latencies[^1]:N1} | {lost} | {repeated} "
            + $"| {(outbox.RequestUnits - feed.RequestUnits) / elapsed.TotalSeconds:N0} | {feed.RequestUnits / elapsed.TotalSeconds / (holding.Count + 1):N0} |");
        return clients.Sum(client => client.Received) == clients.Sum(client => client.Sent) && lost == 0 && repeated == 0;
    }

    private static int Number(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
}
