using System.Diagnostics;
using System.Text;
using Signals.Acceptance.Harness;
using Signals.Engine.Events;

namespace Signals.Benchmarks.EndToEnd;

/// <summary>
/// The whole product on this machine: how fast <c>replay</c> fills durable profiles, and how fast they are read beside an idle ingest.
/// Usage: <c>e2e [events] [users]</c>.
/// </summary>
internal static class EndToEndRun
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(string[] args)
    {
        var events = args.Length > 0 ? int.Parse(args[0]) : 500_000;
        var users = args.Length > 1 ? int.Parse(args[1]) : 20_000;
        var folder = Directory.CreateTempSubdirectory("signals-e2e-").FullName;
        try
        {
            var file = Path.Combine(folder, "shop.tsv");
            var visitors = Write(file, events, users);
            await using var product = await Product.StartAsync();
            var report = new StringBuilder();
            report.AppendLine(Machine.Describe()).AppendLine();
            await ReplayAsync(product, file, events, report);
            await ReadAsync(product, visitors, report);
            Console.WriteLine(report);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ReplayAsync(Product product, string file, int events, StringBuilder report)
    {
        var straight = await ReplayIntoFolderAsync(file);
        var watch = Stopwatch.StartNew();
        await RunReplayAsync(file, "--to", product.Address);
        var accepted = watch.Elapsed;
        await product.AwaitProcessedAsync();
        var processed = watch.Elapsed;

        report.AppendLine("| replay | events | MB | seconds | events/s |").AppendLine("|---|--:|--:|--:|--:|");
        (string What, TimeSpan Time)[] rows =
        [
            ("to a running instance, until durably in its log", accepted),
            ("to a running instance, until durably in the profiles", processed),
            ("straight into a data folder, until durably in the profiles", straight),
        ];
        foreach (var (what, time) in rows)
            report.AppendLine($"| {what} | {events:N0} | {new FileInfo(file).Length / 1e6:N0} | {time.TotalSeconds:N1} | {events / time.TotalSeconds:N0} |");
        report.AppendLine();
    }

    private static async Task<TimeSpan> ReplayIntoFolderAsync(string file)
    {
        await using var product = await Product.StartAsync();
        await product.StopAsync();
        var watch = Stopwatch.StartNew();
        await RunReplayAsync(file, "--data", product.DataFolder);
        return watch.Elapsed;
    }

    private static async Task RunReplayAsync(string file, string option, string target)
    {
        var replay = await ChildProcess.RunAsync(
            "dotnet", [RepositoryLayout.Application, "replay", file, option, target], Path.GetTempPath(), deadline: TimeSpan.FromMinutes(30));
        if (replay.ExitCode != 0)
            throw new InvalidOperationException($"replay ended with {replay.ExitCode}:\n{replay.Output}\n{replay.Errors}");
    }

    private static async Task ReadAsync(Product product, string[] visitors, StringBuilder report)
    {
        var load = new ReadLoad(product.Endpoint, Product.Token,
            index => $$"""{"service":"ecom_service","attribute_keys":{"domain_userid":["{{visitors[index % visitors.Length]}}"]} }""");
        await load.RunAsync(connections: 16, WarmUp);
        report.AppendLine("| reads, connections | requests/s | p50 ms | p99 ms | p99.9 ms |").AppendLine("|--:|--:|--:|--:|--:|");
        foreach (var connections in new[] { 1, 8, 16, 32 })
        {
            var result = await load.RunAsync(connections, Measured);
            report.AppendLine(
                $"| {connections} | {result.PerSecond:N0} | {result.Percentile(0.5):N2} | {result.Percentile(0.99):N2} | {result.Percentile(0.999):N2} |");
        }
    }

    /// <summary>Writes the shop's lines and returns the visitors that occur in them.</summary>
    private static string[] Write(string file, int events, int users)
    {
        var visitors = new HashSet<string>();
        var shop = SampleLines.Shop(events, users, DateTimeOffset.UtcNow.AddDays(-1));
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var ends = new int[AtomicColumns.Count];
        while (shop.TryNext(out var line))
        {
            stream.Write(line);
            stream.WriteByte((byte)'\n');
            if (EnrichedEvent.TryRead(line, ends, out var enriched))
                visitors.Add(Encoding.UTF8.GetString(enriched[AtomicColumns.DomainUserid]));
        }
        return [.. visitors];
    }
}
