using FsCheck;
using FsCheck.Fluent;
using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 6.9 (I6, I7) and section 10: the order in which events arrive.</summary>
public sealed class PermutationTests
{
    [Fact]
    public void People_are_the_same_in_whatever_order_their_events_arrive() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed => CheckAsync(new Random(seed), store => store).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    [Fact]
    public void People_are_the_same_with_one_write_at_a_time() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed => CheckAsync(new Random(seed), store => new SwitchedStore(store)).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    [Fact]
    public void Priorities_do_not_change_who_belongs_together() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed => CheckPrioritiesAsync(new Random(seed)).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    private static async Task CheckAsync(Random random, Func<IIdentityStore, IIdentityStore> of)
    {
        var events = RandomEvents.Make(random, 2 + random.Next(20), isUserUnique: false);
        var shuffled = events.ToArray();
        random.Shuffle(shuffled);

        var graph = await ResolveAsync(of(new MemoryIdentityStore()), shuffled, random);

        GraphInvariants.Check(graph, events, uniqueType: null);
    }

    private static async Task CheckPrioritiesAsync(Random random)
    {
        var events = RandomEvents.Make(random, 2 + random.Next(20), isUserUnique: false);
        ResolutionRequest[] reversed = [.. events.Select(request => request with { Identifiers = [.. request.Identifiers.Reverse()] })];

        GraphInvariants.ComponentsAreThoseOfTheEvents(await ResolveAsync(new MemoryIdentityStore(), reversed, random), events);
    }

    /// <summary>Resolves events in batches of any size.</summary>
    private static async Task<GraphDump> ResolveAsync(IIdentityStore store, IReadOnlyList<ResolutionRequest> events, Random random)
    {
        var resolver = new IdentityResolver(store, null, TimeProvider.System);
        var configuration = RandomEvents.Configuration(isUserUnique: false) with { StoreBudget = TimeSpan.FromMinutes(1) };
        for (var first = 0; first < events.Count;)
        {
            var count = Math.Min(1 + random.Next(6), events.Count - first);
            await resolver.ResolveAsync(configuration, [.. events.Skip(first).Take(count)], default);
            first += count;
        }
        return await GraphDump.OfAsync(store);
    }
}
