using System.Diagnostics;
using Signals.Engine.Identities;

namespace Signals.Benchmarks.Identities;

/// <summary>
/// Resolves events of many people on one thread and says how many a second, how long batches take, and what an identifier costs in memory;
/// beside it, what a plain dictionary does with the same keys. Usage: <c>identities [people] [events] [batch]</c>.
/// </summary>
internal static class IdentityRun
{
    private const int Drawn = 1_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var people = args.Length > 0 ? int.Parse(args[0]) : 1_000_000;
        var events = args.Length > 1 ? int.Parse(args[1]) : 5_000_000;
        var batch = args.Length > 2 ? int.Parse(args[2]) : 1000;
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{people:N0} people with three identifiers, batches of {batch:N0}");
        Console.WriteLine();
        Console.WriteLine("| phase | events | per second | batch p50, ms | batch p99, ms | merges | bytes allocated per event |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");

        var population = new Population(people);
        Dictionary(population, events);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var store = new MemoryIdentityStore();
        var resolver = new IdentityResolver(store, null, TimeProvider.System, new IdentityResolverOptions { CachedItems = 12 * people });
        await PhaseAsync("in memory, everybody is new", resolver, batch, population.Everybody().Chunk(batch));
        for (var done = 0; done < events; done += Drawn)
            await PhaseAsync("in memory, by Zipf's law", resolver, batch, population.Draw(Math.Min(Drawn, events - done)).Chunk(batch));
        var withCopies = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(resolver);
        resolver = null;
        var graph = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(store);
        Console.WriteLine();
        Console.WriteLine($"An identifier takes {graph / (3.0 * people):N0} bytes in memory, its share of the profile included; {withCopies / (3.0 * people):N0} with the copies between batches.");
        await StoredAsync(store);
        return 0;
    }

    private static async Task PhaseAsync(string name, IdentityResolver resolver, int batch, IEnumerable<ResolutionRequest[]> batches)
    {
        ResolutionRequest[][] requests = [.. batches];
        var times = new List<double>(requests.Length);
        var merges = 0;
        var allocated = GC.GetTotalAllocatedBytes();
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
        var perEvent = (GC.GetTotalAllocatedBytes() - allocated) / (double)(requests.Length * batch);
        times.Sort();
        Console.WriteLine(
            $"| {name} | {requests.Sum(one => one.Length):N0} | {requests.Sum(one => one.Length) / elapsed.TotalSeconds:N0} | {times[times.Count / 2]:N2} | {times[times.Count * 99 / 100]:N2} | {merges:N0} | {perEvent:N0} |");
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
        var watch = Stopwatch.StartNew();
        long sum = 0;
        foreach (var request in requests)
        {
            for (var i = 0; i < request.Identifiers.Count; i++)
                sum += known[request.Identifiers[i]];
        }
        var elapsed = watch.Elapsed;
        GC.KeepAlive(sum);
        Console.WriteLine($"| dictionary of the same keys | {requests.Length:N0} | {requests.Length / elapsed.TotalSeconds:N0} | | | | |");
    }

    /// <summary>What an identifier takes in its stored form.</summary>
    private static async Task StoredAsync(MemoryIdentityStore store)
    {
        foreach (var kind in (IdentityItemKind[])[IdentityItemKind.Identifier, IdentityItemKind.Profile])
        {
            var page = await store.ScanAsync(IdentityScan.All(kind), null, 10_000, default);
            Console.WriteLine($"The stored form of one {kind} takes {page.Average(stored => IdentityItemCodec.ToBytes(stored.Item).Length):N0} bytes.");
        }
    }
}
