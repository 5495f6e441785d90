using System.Diagnostics;
using Signals.Engine.Identities;
using Signals.Storage.Sqlite;

namespace Signals.Benchmarks.Identities;

/// <summary>
/// Resolves events of many people on one thread and says how many a second, how long batches take, and what an identifier costs in memory;
/// beside it, what a plain dictionary does with the same keys. <c>Per CPU second</c> counts the time that the process had the processor,
/// collection of garbage included. Usage: <c>identities [people] [events] [batch] [memory|sqlite]</c>.
/// </summary>
internal static class IdentityRun
{
    private const int Drawn = 1_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var people = args.Length > 0 ? int.Parse(args[0]) : 1_000_000;
        var events = args.Length > 1 ? int.Parse(args[1]) : 4_000_000;
        var batch = args.Length > 2 ? int.Parse(args[2]) : 1000;
        var isDurable = args is [_, _, _, "sqlite", ..];
        var place = isDurable ? "in SQLite" : "in memory";
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{people:N0} people with three identifiers, batches of {batch:N0}");
        Console.WriteLine();
        Console.WriteLine("| phase | events | per second | per CPU second | batch p50, ms | batch p99, ms | merges | bytes allocated per event |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|");

        var population = new Population(people);
        Dictionary(population, events);
        Keys(population, events);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var folder = Directory.CreateTempSubdirectory("signals-identities-").FullName;
        await using var database = isDurable ? SqliteDatabase.Open(Path.Combine(folder, "signals.db")) : null;
        IIdentityStore store = database is null ? new MemoryIdentityStore() : new SqliteIdentityStore(database);
        var resolver = new IdentityResolver(store, null, TimeProvider.System, new IdentityResolverOptions { CachedItems = 12 * people });
        await PhaseAsync($"{place}, everybody is new", resolver, batch, population.Everybody().Chunk(batch));
        for (var done = 0; done < events; done += Drawn)
            await PhaseAsync($"{place}, by Zipf's law", resolver, batch, population.Draw(Math.Min(Drawn, events - done)).Chunk(batch));
        Console.WriteLine();
        var identifiers = 3.0 * people;
        Console.WriteLine($"{(GC.GetTotalMemory(forceFullCollection: true) - before) / identifiers:N0} bytes of memory per identifier, its share of the profile and the copies between batches included.");
        GC.KeepAlive(resolver);
        if (isDurable)
            Console.WriteLine($"{Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length) / identifiers:N0} bytes of disk per identifier, its share of the profile included.");
        await StoredAsync(store);
        return 0;
    }

    private static async Task PhaseAsync(string name, IdentityResolver resolver, int batch, IEnumerable<ResolutionRequest[]> batches)
    {
        ResolutionRequest[][] requests = [.. batches];
        var times = new List<double>(requests.Length);
        var merges = 0;
        var allocated = GC.GetTotalAllocatedBytes();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        foreach (var one in requests)
        {
            var start = watch.Elapsed;
            var results = await resolver.ResolveAsync(Population.Configuration, one, default);
            List<MergeEvent> merged = [.. results.SelectMany(result => result.MergeEvents)];
            await resolver.MarkPublishedAsync(merged, default);
            merges += merged.Count;
            times.Add((watch.Elapsed - start).TotalMilliseconds);
        }
        var elapsed = watch.Elapsed;
        var used = Environment.CpuUsage.TotalTime - processor;
        var perEvent = (GC.GetTotalAllocatedBytes() - allocated) / (double)(requests.Length * batch);
        times.Sort();
        Console.WriteLine(
            $"| {name} | {requests.Sum(one => one.Length):N0} | {requests.Sum(one => one.Length) / elapsed.TotalSeconds:N0} | {requests.Sum(one => one.Length) / used.TotalSeconds:N0} | {times[times.Count / 2]:N2} | {times[times.Count * 99 / 100]:N2} | {merges:N0} | {perEvent:N0} |");
    }

    /// <summary>The limit: looking every identifier up in a dictionary, and nothing else.</summary>
    private static void Dictionary(Population population, int events)
    {
        var known = new Dictionary<Identifier, int>();
        foreach (var request in population.Everybody())
        {
            foreach (var identifier in request.Identifiers)
                known[identifier] = known.Count;
        }
        var requests = population.Draw(Math.Min(Drawn, events));
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        long sum = 0;
        foreach (var request in requests)
        {
            for (var i = 0; i < request.Identifiers.Count; i++)
                sum += known[request.Identifiers[i]];
        }
        var elapsed = watch.Elapsed;
        var used = Environment.CpuUsage.TotalTime - processor;
        GC.KeepAlive(sum);
        Console.WriteLine($"| dictionary of the same keys | {requests.Length:N0} | {requests.Length / elapsed.TotalSeconds:N0} | {requests.Length / used.TotalSeconds:N0} | | | | |");
    }

    /// <summary>The part of a resolution that is spent on hashes.</summary>
    private static void Keys(Population population, int events)
    {
        var requests = population.Draw(Math.Min(Drawn, events));
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        ulong sum = 0;
        foreach (var request in requests)
        {
            for (var i = 0; i < request.Identifiers.Count; i++)
                sum += IdentityItemKey.Of(request.Identifiers[i]).Low;
        }
        var elapsed = watch.Elapsed;
        var used = Environment.CpuUsage.TotalTime - processor;
        GC.KeepAlive(sum);
        Console.WriteLine($"| hashes of the same keys | {requests.Length:N0} | {requests.Length / elapsed.TotalSeconds:N0} | {requests.Length / used.TotalSeconds:N0} | | | | |");
    }

    /// <summary>What an identifier takes in its stored form.</summary>
    private static async Task StoredAsync(IIdentityStore store)
    {
        foreach (var kind in (IdentityItemKind[])[IdentityItemKind.Identifier, IdentityItemKind.Profile])
        {
            var page = await store.ScanAsync(IdentityScan.All(kind), null, 10_000, default);
            Console.WriteLine($"The stored form of one {kind} takes {page.Average(stored => IdentityItemCodec.ToBytes(stored.Item).Length):N0} bytes.");
        }
    }
}
