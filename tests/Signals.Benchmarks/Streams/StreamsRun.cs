using System.Diagnostics;
using System.Globalization;
using System.Text;
using Signals.Benchmarks.EndToEnd;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Streams;

/// <summary>
/// Many open event streams in one process of the product, each of another visitor: what an idle one costs, how long an intervention
/// takes from the event to the page, and whether anything is lost or repeated when all of them reconnect at once.
/// Usage: <c>sse [streams] [interventions per second] [seconds]</c>. Both processes need a file descriptor per stream (<c>ulimit -n</c>).
/// </summary>
internal static class StreamsRun
{
    private const int OpenAtOnce = 64;
    public const string Group = """
        {"name":"pulse","version":1,"attribute_key":{"name":"domain_userid"},"is_published":true,
         "attributes":[{"name":"events","type":"int32","aggregation":"counter","events":[{"name":"page_view"}]}]}
        """;

    public const string Rule = """
        {"name":"every_event","version":1,"is_published":true,"criteria":{"attribute":"pulse:events","operator":"changed"},
         "payload_attribute_groups":[{"name":"pulse","version":1}]}
        """;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var streams = args.Length > 0 ? int.Parse(args[0]) : 10_000;
        var perSecond = args.Length > 1 ? int.Parse(args[1]) : 1_000;
        var measured = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2]) : 30);
        var limit = (streams * 2).ToString(CultureInfo.InvariantCulture);
        await using var product = await Product.StartAsync(new Dictionary<string, string>
        {
            ["Signals__Subscriptions__MaxPerAddress"] = limit,
            ["Signals__Subscriptions__MaxTotal"] = limit,
        });
        await product.PostAsync("/api/v1/registry/attribute_groups/", Group);
        await product.PostAsync("/api/v1/registry/interventions/", Rule);

        Console.WriteLine(Machine.Describe());
        Console.WriteLine();
        var clients = await OpenAsync(product, streams);
        await MeasureAsync(product, clients, perSecond, measured);
        return await ReconnectAsync(product, clients, perSecond) ? 0 : 1;
    }

    private static async Task<StreamClient[]> OpenAsync(Product product, int streams)
    {
        // The first streams warm the process up; what it takes for good with them is not the price of a stream.
        var warm = Clients(product, streams / 10);
        await ForEachAsync(warm, client => client.OpenAsync(resume: false));
        await ForEachAsync(warm, client => client.BreakAsync());
        await Task.Delay(TimeSpan.FromSeconds(5));
        var before = product.WorkingSet;

        var clients = Clients(product, streams);
        var watch = Stopwatch.StartNew();
        await ForEachAsync(clients, client => client.OpenAsync(resume: false));
        var opened = watch.Elapsed;
        await Task.Delay(TimeSpan.FromSeconds(20));
        var after = product.WorkingSet;
        Console.WriteLine("| streams | opened in s | process before, MB | with idle streams, MB | KB per stream |");
        Console.WriteLine("|--:|--:|--:|--:|--:|");
        Console.WriteLine($"| {streams:N0} | {opened.TotalSeconds:N1} | {before / 1e6:N0} | {after / 1e6:N0} | {(after - before) / 1024.0 / streams:N1} |");
        Console.WriteLine();
        return clients;
    }

    private static async Task MeasureAsync(Product product, StreamClient[] clients, int perSecond, TimeSpan measured)
    {
        await SendAsync(product, clients, perSecond, TimeSpan.FromSeconds(5), CancellationToken.None);
        await AwaitAllAsync(clients);
        foreach (var client in clients)
            client.Measures = true;
        var cpu = product.ProcessorTime;
        var watch = Stopwatch.StartNew();
        var sent = await SendAsync(product, clients, perSecond, measured, CancellationToken.None);
        var elapsed = watch.Elapsed;
        var share = (product.ProcessorTime - cpu) / elapsed;
        await AwaitAllAsync(clients);
        foreach (var client in clients)
            client.Measures = false;

        var latencies = clients.SelectMany(client => client.Latencies).Order().ToArray();
        double At(double quantile) => latencies[(int)Math.Min(latencies.Length - 1, quantile * latencies.Length)];
        Console.WriteLine("| interventions | per second | p50 ms | p99 ms | p99.9 ms | longest ms | cores used by the product |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|");
        Console.WriteLine($"| {sent:N0} | {sent / elapsed.TotalSeconds:N0} | {At(0.5):N1} | {At(0.99):N1} | {At(0.999):N1} | {latencies[^1]:N1} | {share:N2} |");
        Console.WriteLine();
    }

    private static async Task<bool> ReconnectAsync(Product product, StreamClient[] clients, int perSecond)
    {
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(product, clients, perSecond, TimeSpan.FromMinutes(10), stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await ForEachAsync(clients, client => client.BreakAsync());
        var missed = clients.Sum(client => client.Sent);
        await Task.Delay(TimeSpan.FromSeconds(3));
        missed = clients.Sum(client => client.Sent) - missed;
        var watch = Stopwatch.StartNew();
        await ForEachAsync(clients, client => client.OpenAsync(resume: true));
        var reconnected = watch.Elapsed;
        await Task.Delay(TimeSpan.FromSeconds(2));
        await stop.CancelAsync();
        await sending;
        await AwaitAllAsync(clients);

        var (sent, received) = (clients.Sum(client => client.Sent), clients.Sum(client => client.Received));
        var (lost, repeated) = (clients.Sum(client => client.Lost), clients.Sum(client => client.Repeated));
        Console.WriteLine("| reconnected | in s | decided while nobody listened | sent in the whole run | received | lost | repeated |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|");
        Console.WriteLine($"| {clients.Length:N0} | {reconnected.TotalSeconds:N1} | {missed:N0} | {sent:N0} | {received:N0} | {lost} | {repeated} |");
        return sent == received && lost == 0 && repeated == 0;
    }

    /// <summary>Sends events of random visitors at an even pace, a few per request, as a collector does.</summary>
    public static async Task<int> SendAsync(Product product, StreamClient[] clients, int perSecond, TimeSpan duration, CancellationToken stop)
    {
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        var requests = new List<Task>();
        var sent = 0;
        while (watch.Elapsed < duration && !stop.IsCancellationRequested)
        {
            var due = (int)(Math.Min(watch.Elapsed.TotalSeconds, duration.TotalSeconds) * perSecond) - sent;
            if (due > 0)
                requests.Add(PostAsync(product, [.. Enumerable.Range(0, due).Select(_ => clients[random.Next(clients.Length)])]));
            sent += due;
            requests.RemoveAll(request => request.IsCompletedSuccessfully);
            await Task.Delay(Tick, CancellationToken.None);
        }
        await Task.WhenAll(requests);
        return sent;
    }

    private static async Task PostAsync(Product product, StreamClient[] visitors)
    {
        var lines = new StringBuilder();
        foreach (var client in visitors)
            lines.Append(PageView(client.Visitor)).Append('\n');
        using var content = new StringContent(lines.ToString(), Encoding.UTF8, "text/tab-separated-values");
        foreach (var client in visitors)
            client.NoteSent();
        using var answer = await product.Http.PostAsync("/enriched", content);
        answer.EnsureSuccessStatusCode();
    }

    private static string PageView(Guid visitor)
    {
        var columns = new string[AtomicColumns.Count];
        Array.Fill(columns, "");
        var now = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        columns[AtomicColumns.Platform] = "web";
        columns[AtomicColumns.CollectorTstamp] = now;
        columns[AtomicColumns.DerivedTstamp] = now;
        columns[AtomicColumns.Event] = "page_view";
        columns[AtomicColumns.EventId] = Guid.NewGuid().ToString();
        columns[AtomicColumns.VCollector] = columns[AtomicColumns.VEtl] = "benchmark";
        columns[AtomicColumns.DomainUserid] = visitor.ToString();
        columns[AtomicColumns.EventVendor] = "com.snowplowanalytics.snowplow";
        columns[AtomicColumns.EventName] = "page_view";
        columns[AtomicColumns.EventFormat] = "jsonschema";
        columns[AtomicColumns.EventVersion] = "1-0-0";
        return string.Join('\t', columns);
    }

    /// <summary>Waits until everybody has everything, or nothing has come for a while.</summary>
    public static async Task AwaitAllAsync(StreamClient[] clients)
    {
        var watch = Stopwatch.StartNew();
        for (var seen = -1; clients.Any(client => client.Received < client.Sent) && watch.Elapsed < TimeSpan.FromSeconds(20);)
        {
            var now = clients.Sum(client => client.Received);
            if (now != seen)
                watch.Restart();
            seen = now;
            await Task.Delay(Tick);
        }
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    public static StreamClient[] Clients(Product product, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new StreamClient(product.Endpoint))];

    public static Task ForEachAsync(StreamClient[] clients, Func<StreamClient, Task> work) =>
        Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce }, async (client, _) => await work(client));
}
