using System.Diagnostics;
using System.Globalization;
using System.Text;
using Signals.CosmosEmulator;
using Signals.Functions.Tests.Azure;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Benchmarks.AzureRuntime;

/// <summary>
/// How long an instance of the runtime on Azure takes from the start of its process to the first batch, and how fast its HTTP functions
/// answer: Cosmos DB emulated and a hub in this process, the instance in another one.
/// </summary>
internal static class AzureRun
{
    private const int Starts = 5;
    private const int Requests = 2000;
    private const int Connections = 8;

    private const string Group = """
        {"name":"visits","version":1,"attribute_key":{"name":"domain_userid"},"is_published":true,"attributes":[
          {"name":"page_views","type":"int32","aggregation":"counter",
           "events":[{"name":"page_view","vendor":"com.snowplowanalytics.snowplow"}]}]}
        """;

    public static async Task<int> RunAsync()
    {
        await using var cosmos = await EmulatedCosmos.StartAsync();
        await using var hubs = await FakeEventHubs.StartAsync(CloudHost.Hub);
        await using var first = await CloudHost.StartAsync(cosmos.Endpoint, hubs.Address);
        await first.SignInAsync();
        using var published = await first.Http.PostAsync("/api/v1/registry/attribute_groups/", Json(Group));
        published.EnsureSuccessStatusCode();

        Console.WriteLine($"# The runtime on Azure\n\n{Machine.Describe()}\n");
        Console.WriteLine("| start of the process to the first batch processed | ms | processor ms |\n|---|---:|---:|");
        for (var i = 0; i < Starts; i++)
        {
            using var instance = await StartAsync(cosmos.Endpoint, hubs.Address, i);
            Console.WriteLine($"| start {i + 1}, {AzureInstance.BatchEvents} events of {AzureInstance.Persons} persons | {instance.FirstBatch} |");
            if (i == Starts - 1)
                await MeasureHttpAsync(instance.Address, first.Http);
            await instance.StopAsync();
        }
        return 0;
    }

    private static async Task MeasureHttpAsync(Uri address, HttpClient signedIn)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = signedIn.DefaultRequestHeaders.Authorization;
        Console.WriteLine($"\n| HTTP function | requests at a time | requests | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|");
        Task<HttpResponseMessage> ReadAsync(int i) => http.PostAsync("/api/v1/get-online-attributes", Json(
            $$$"""{"attributes":["visits_v1:page_views"],"attribute_keys":{"domain_userid":["{{{AzureInstance.Person(i % AzureInstance.Persons)}}}"]}}"""));
        await MeasureAsync("read attributes of one person", 1, ReadAsync);
        await MeasureAsync("read attributes of one person", Connections, ReadAsync);
        await MeasureAsync("collect an event into the hub", Connections, i => http.GetAsync($"/i?e=pv&p=web&tv=bench&url=http%3A%2F%2Fshop.example%2F{i}&duid={AzureInstance.Person(i % AzureInstance.Persons)}"));
        await MeasureAsync("list attribute groups", Connections, _ => http.GetAsync("/api/v1/registry/attribute_groups/"));
        await MeasureAsync("liveness", Connections, _ => http.GetAsync("/health/live"));
    }

    private static async Task MeasureAsync(string what, int connections, Func<int, Task<HttpResponseMessage>> send)
    {
        await RunAsync(connections, send, Requests / 10);
        var times = await RunAsync(connections, send, Requests);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {connections} | {times.Length} | {times[times.Length / 2]:F1} | {times[times.Length * 99 / 100]:F1} |"));
    }

    /// <summary>The times of the requests in milliseconds, the shortest first.</summary>
    private static async Task<double[]> RunAsync(int connections, Func<int, Task<HttpResponseMessage>> send, int requests)
    {
        var times = new double[requests];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < requests; i = Interlocked.Increment(ref next))
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await send(i);
                answer.EnsureSuccessStatusCode();
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }));
        Array.Sort(times);
        return times;
    }

    private static async Task<Instance> StartAsync(Uri cosmos, Uri hubs, int number)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(AzureRun).Assembly.Location);
        foreach (var argument in (string[])["azure-instance", cosmos.AbsoluteUri, hubs.AbsoluteUri, $"{number * AzureInstance.BatchEvents}"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var firstBatch = await process.StandardOutput.ReadLineAsync();
        var address = await process.StandardOutput.ReadLineAsync();
        return address is null
            ? throw new InvalidOperationException($"The instance ended before it served; its first line was '{firstBatch}'.")
            : new Instance(process, firstBatch!, new Uri(address));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private sealed record Instance(Process Process, string FirstBatch, Uri Address) : IDisposable
    {
        public async Task StopAsync()
        {
            Process.StandardInput.Close();
            await Process.WaitForExitAsync();
        }

        public void Dispose() => Process.Dispose();
    }
}
