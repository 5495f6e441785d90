using FsCheck;
using FsCheck.Fluent;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 15 and obligation 7 of section 17: the tables of a warehouse.</summary>
public sealed class IdentityTablesTests
{
    [Fact]
    public void Tables_are_the_same_however_the_events_are_cut_into_runs() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed => CheckAsync(new Random(seed)).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    private static async Task CheckAsync(Random random)
    {
        var store = new MemoryIdentityStore();
        var configuration = RandomEvents.Configuration(isUserUnique: random.Next(2) == 0) with { StoreBudget = TimeSpan.FromMinutes(1) };
        var requests = RandomEvents.Make(random, 25, configuration.Identifiers[0].IsUnique);
        var results = await new IdentityResolver(store, null, TimeProvider.System).ResolveAsync(configuration, requests, default);
        var events = requests.Zip(results, (request, result) =>
            (Event: new IdentifiedEvent(request.EventId, request.AppId, request.Time, result.Id, result.CreatedAt, request.Identifiers), result.MergeEvents)).ToList();

        var once = Build([events]);
        var singly = Build([.. events.Select(entry => new[] { entry })]);
        var inParts = Build([.. events.Chunk(1 + random.Next(6))]);

        foreach (var other in (IdentityTables[])[singly, inParts])
        {
            Assert.Equal(once.Mapping.OrderBy(row => row.Id), other.Mapping.OrderBy(row => row.Id));
            Assert.Equal(Ordered(once), Ordered(other));
            Assert.Equal(once.Identities.OrderBy(row => row.Id), other.Identities.OrderBy(row => row.Id));
        }
        await CheckAgainstGraphAsync(once, store);
    }

    private static async Task CheckAgainstGraphAsync(IdentityTables tables, MemoryIdentityStore store)
    {
        var graph = await Storage.Tests.Compliance.GraphDump.OfAsync(store);
        Assert.Equal(
            graph.Profiles.Values.Where(profile => !profile.IsRoot).Select(profile => (profile.Id, graph.RootOf(profile.Id)!.Value)).Order(),
            tables.Mapping.Select(row => (row.Id, row.ActiveId)).Order());
        var merged = tables.Mapping.Select(row => row.Id).ToHashSet();
        Assert.DoesNotContain(tables.IdentifierMapping(), row => merged.Contains(row.ActiveId));
        Assert.All(tables.History().GroupBy(row => row.Id), rows => Assert.Single(rows, row => row.SupersededAt is null));
    }

    private static IdentityTables Build(IReadOnlyList<IReadOnlyList<(IdentifiedEvent Event, IReadOnlyList<MergeEvent> Merges)>> runs)
    {
        var tables = new IdentityTables();
        foreach (var run in runs)
            tables.Add(run.Select(entry => entry.Event), run.SelectMany(entry => entry.Merges));
        return tables;
    }

    private static IEnumerable<IdentifierRow> Ordered(IdentityTables tables) =>
        tables.IdentifierMapping().OrderBy(row => row.ActiveId).ThenBy(row => row.Type).ThenBy(row => row.Value);
}
