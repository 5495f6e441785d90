using System.Diagnostics;
using System.Globalization;
using Signals.CosmosEmulator;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;

namespace Signals.Benchmarks.Streams;

/// <summary>
/// The outbox in Cosmos DB between one process that decides and others that hold streams, each with a client of its own, over HTTP to the
/// emulator: how long an intervention takes from the append to the followers, and what it costs.
/// Usage: <c>outbox [interventions per second] [seconds] [followers] [writers]</c>.
/// </summary>
internal static class OutboxRun
{
    private const string Sent = "sent";
    private const int PageEntries = 512;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args)
    {
        var perSecond = Number(args, 0, 200);
        var measured = TimeSpan.FromSeconds(Number(args, 1, 30));
        var followers = Number(args, 2, 2);
        var writers = Number(args, 3, 1);
        await using var emulator = await EmulatedCosmos.StartAsync();
        var accounts = Enumerable.Range(0, followers + writers)
            .Select(_ => new CosmosAccount(new CosmosOptions { Endpoint = emulator.Endpoint, Emulator = true })).ToList();
        await accounts[0].EnsureCreatedAsync(CancellationToken.None);
        var outboxes = accounts.ConvertAll(account => new CosmosInterventionOutbox(account, TimeProvider.System));

        Console.WriteLine(Machine.Describe());
        Console.WriteLine();
        await SendAsync(outboxes[followers..], perSecond, TimeSpan.FromSeconds(3));
        using var stop = new CancellationTokenSource();
        var begin = await outboxes[0].ReadEndAsync(CancellationToken.None);
        var following = outboxes[..followers].ConvertAll(outbox => Task.Run(() => FollowAsync(outbox, begin, stop.Token)));
        await MeasureIdleAsync(emulator, followers);
        emulator.Meter.Reset();
        var sent = await SendAsync(outboxes[followers..], perSecond, measured);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await stop.CancelAsync();
        var latencies = await Task.WhenAll(following);
        Report(emulator.Meter, sent, measured, latencies);
        accounts.ForEach(account => account.Dispose());
        return latencies.All(seen => seen.Count == sent) ? 0 : 1;
    }

    private static async Task MeasureIdleAsync(EmulatedCosmos emulator, int followers)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        emulator.Meter.Reset();
        await Task.Delay(Idle);
        var feed = emulator.Meter.Total("outbox", CosmosOperation.ChangeFeed);
        Console.WriteLine($"A follower that waits for nothing: {feed.Requests / Idle.TotalSeconds / followers:N1} requests and {feed.RequestUnits / Idle.TotalSeconds / followers:N1} RU per second.");
        Console.WriteLine();
    }

    private static void Report(OperationMeter meter, int sent, TimeSpan measured, IReadOnlyList<List<double>> latencies)
    {
        var all = latencies.SelectMany(seen => seen).Order().ToArray();
        double At(double quantile) => all[(int)Math.Min(all.Length - 1, quantile * all.Length)];
        var (batches, feed) = (meter.Total("outbox", CosmosOperation.Batch), meter.Total("outbox", CosmosOperation.ChangeFeed));
        var seconds = measured.TotalSeconds;
        Console.WriteLine("| followers | interventions | per second | p50 ms | p99 ms | longest ms | transactions per second | RU per intervention to append | feed requests per second and follower | RU per second and follower |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {latencies.Count} | {sent:N0} | {sent / seconds:N0} | {At(0.5):N1} | {At(0.99):N1} | {all[^1]:N1} | {batches.Requests / seconds:N0} | {(meter.Total("outbox").RequestUnits - feed.RequestUnits) / sent:N1} | {feed.Requests / seconds / latencies.Count:N0} | {feed.RequestUnits / seconds / latencies.Count:N0} |"));
        foreach (var seen in latencies.Where(seen => seen.Count != sent))
            Console.WriteLine($"A follower has {seen.Count:N0} of {sent:N0}.");
    }

    /// <summary>Appends at an even pace, what is due together at once, as an engine does with the messages of a batch.</summary>
    private static async Task<int> SendAsync(List<CosmosInterventionOutbox> outboxes, int perSecond, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var appends = new List<Task>();
        var sent = 0;
        for (var turn = 0; watch.Elapsed < duration; turn++)
        {
            var due = (int)(watch.Elapsed.TotalSeconds * perSecond) - sent;
            if (due > 0)
                appends.Add(outboxes[turn % outboxes.Count].AppendAsync([.. Enumerable.Range(0, due).Select(_ => Message())], CancellationToken.None).AsTask());
            sent += due;
            await Task.Delay(Tick);
        }
        await Task.WhenAll(appends);
        return sent;
    }

    private static async Task<List<double>> FollowAsync(CosmosInterventionOutbox outbox, long position, CancellationToken stop)
    {
        var latencies = new List<double>();
        try
        {
            while (true)
            {
                await outbox.WaitAsync(position, stop);
                var entries = await outbox.ReadAsync(position, PageEntries, stop);
                var now = Stopwatch.GetTimestamp();
                foreach (var entry in entries)
                    latencies.Add(Stopwatch.GetElapsedTime(long.Parse(entry.Message.Attributes[Sent], CultureInfo.InvariantCulture), now).TotalMilliseconds);
                position = entries[^1].Sequence;
            }
        }
        catch (OperationCanceledException)
        {
            return latencies;
        }
    }

    private static InterventionMessage Message() => new()
    {
        InterventionId = Guid.NewGuid(),
        Name = "cart_help",
        Version = 1,
        Target = new InterventionTarget("domain_userid", $"{Guid.NewGuid()}"),
        DecidedAt = DateTimeOffset.UtcNow,
        Attributes = new Dictionary<string, string>
        {
            [Sent] = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture),
            ["cart_value"] = "250.0",
            ["brands"] = """["Foo","Bar","Baz"]""",
            ["last_page"] = "\"https://shop.example/products/4711?from=search\"",
        },
    };

    private static int Number(string[] args, int index, int otherwise) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
}
