using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;
using Xunit.Abstractions;

namespace Signals.Engine.Tests.Identities;

/// <summary>
/// The check that spec identities, 11.5, asks for: several workers, steps of the protocol in any order, crashes at any step, events
/// delivered again.
/// </summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const int SchedulesPerCase = 1500;

    [Theory]
    [InlineData(false, 0, IdStrategy.Identifier)]
    [InlineData(false, 0.02, IdStrategy.Identifier)]
    [InlineData(true, 0, IdStrategy.Identifier)]
    [InlineData(true, 0.02, IdStrategy.Identifier)]
    [InlineData(true, 0.02, IdStrategy.Event)]
    public async Task Graph_is_that_of_events_one_by_one(bool isUserUnique, double crashes, IdStrategy strategy)
    {
        var crashed = 0;
        for (var seed = 1; seed <= SchedulesPerCase; seed++)
        {
            try
            {
                crashed += await RunAsync(seed, isUserUnique, crashes, strategy);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"With seed {seed}: {exception.Message}", exception);
            }
        }
        output.WriteLine($"{SchedulesPerCase} schedules, {crashed} crashes");
        Assert.Equal(crashes > 0, crashed > 0);
    }

    [Theory]
    [MemberData(nameof(IdentityVectors.ConcurrentNames), MemberType = typeof(IdentityVectors))]
    public async Task Concurrent_scenario_holds_in_every_order(string name)
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var schedule = new Schedule(seed, crashes: 0);
            await ScenarioRunner.RunAsync(name, new SwitchedStore(new MemoryIdentityStore()), async (store, configuration, requests) =>
            {
                var workers = requests.Select(request => new ScheduledWorker(new ScheduledStore(store, schedule), schedule, configuration).ResolveAsync(request)).ToArray();
                await schedule.RunAsync(workers);
                return [.. workers.Select(worker => worker.Result)];
            });
        }
    }

    private static async Task<int> RunAsync(int seed, bool isUserUnique, double crashes, IdStrategy strategy)
    {
        var schedule = new Schedule(seed, crashes);
        var memory = new MemoryIdentityStore();
        var configuration = RandomEvents.Configuration(isUserUnique) with { IdStrategy = strategy };
        var events = RandomEvents.Make(new Random(seed), 3 + schedule.Next(11), isUserUnique);
        var published = new List<MergeEvent>();

        var queues = events.GroupBy(_ => schedule.Next(4)).Select(queue => new Queue<ResolutionRequest>(queue)).ToList();
        var workers = queues.Select(queue => new ScheduledWorker(new ScheduledStore(memory, schedule), schedule, configuration).WorkAsync(queue, published));
        await schedule.RunAsync([.. workers]);

        var sweeper = new IdentitySweeper(memory, new ManualTime());
        while (await sweeper.FinishMergesAsync(100, default) > 0)
        {
        }
        var graph = await GraphDump.OfAsync(memory);
        GraphInvariants.Check(graph, events, isUserUnique ? "user_id" : null);
        await CheckPublishedAsync(memory, graph, published);
        await CheckRepetitionAsync(memory, graph, configuration, events);
        return schedule.Crashes;
    }

    /// <summary>No merge event is missing: what was not published waits at its root.</summary>
    private static async Task CheckPublishedAsync(MemoryIdentityStore store, GraphDump graph, List<MergeEvent> published)
    {
        var later = new ManualTime();
        later.Advance(TimeSpan.FromHours(1));
        published.AddRange(await new IdentitySweeper(store, later).OverdueMergeEventsAsync(1000, default));
        foreach (var root in graph.Profiles.Values.Where(profile => profile.IsRoot && !profile.Children.IsEmpty))
        {
            var newest = published.Where(merge => merge.Id == root.Id).MaxBy(merge => merge.Merged.Length);
            Assert.NotNull(newest);
            Assert.Equal(root.Children.Select(child => child.Id).Order(), newest.Merged.Select(child => child.Id));
        }
        Assert.All(
            published.GroupBy(merge => merge.EventId),
            same => Assert.Single(same.Select(merge => Convert.ToHexString(MergeEventLine.ToBytes(merge))).Distinct()));
    }

    /// <summary>
    /// I5: resolving every event again changes nothing. With owners, an event may come to another end than at first, because of events
    /// in between; then the third time changes nothing.
    /// </summary>
    private static async Task CheckRepetitionAsync(
        MemoryIdentityStore store, GraphDump before, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> events)
    {
        if (configuration.Identifiers.Any(type => type.IsUnique))
        {
            await RepeatAsync(store, configuration, events);
            before = await GraphDump.OfAsync(store);
        }
        foreach (var result in await RepeatAsync(store, configuration, events))
        {
            Assert.Empty(result.Merged);
            Assert.Equal(before.RootOf(result.Id), result.Id);
        }
        Assert.Equal(WithoutPending(before), WithoutPending(await GraphDump.OfAsync(store)));
    }

    private static async Task<IReadOnlyList<ResolutionResult>> RepeatAsync(
        MemoryIdentityStore store, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> events)
    {
        var resolver = new IdentityResolver(store, null, TimeProvider.System);
        return await resolver.ResolveAsync(configuration with { StoreBudget = TimeSpan.FromMinutes(1) }, events, default);
    }

    private static IEnumerable<string> WithoutPending(GraphDump graph) =>
        graph.Profiles.Values.OrderBy(profile => profile.Id).Select(profile => Convert.ToHexString(IdentityItemCodec.ToBytes(profile with { Pending = [] })))
            .Concat(graph.Text.Where(line => line.StartsWith("Identifier", StringComparison.Ordinal)));
}
