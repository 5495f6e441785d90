using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>What holds of every graph (spec identities, 6.9).</summary>
internal static class GraphInvariants
{
    public static void Check(GraphDump graph, IReadOnlyList<ResolutionRequest> events, string? uniqueType)
    {
        MergesLeadToOlderProfiles(graph);
        OwnersAreUnique(graph);
        EveryIdentifierIsLinked(graph, events);
        RootsNameAllDescendants(graph);
        if (uniqueType is null)
            ComponentsAreThoseOfTheEvents(graph, events);
    }

    /// <summary>I1; what an anonymous profile absorbs is the exception of 9.4.</summary>
    private static void MergesLeadToOlderProfiles(GraphDump graph)
    {
        foreach (var profile in graph.Profiles.Values.Where(profile => profile.Merge is not null))
        {
            var into = graph.Profiles[profile.Merge!.Into];
            Assert.True(into.Kind == ProfileKind.Anonymous || into.IsOlderThan(profile), $"I1: {profile.Id} was merged into the younger {into.Id}");
            Assert.NotNull(graph.RootOf(profile.Id));
        }
    }

    /// <summary>I2, of profiles that something is linked to.</summary>
    private static void OwnersAreUnique(GraphDump graph)
    {
        var linked = graph.Identifiers.SelectMany(graph.RootsOf).ToHashSet();
        var roots = graph.Profiles.Values.Where(profile => profile.IsRoot && linked.Contains(profile.Id)).ToList();
        Assert.All(roots, root => Assert.True(root.Owners.Length <= 1, $"I2: {root.Id} has {root.Owners.Length} owners"));
        Assert.All(
            roots.SelectMany(root => root.Owners).CountBy(owner => owner),
            owner => Assert.True(owner.Value == 1, $"I2: {owner.Key} owns {owner.Value} roots"));
    }

    /// <summary>I3, of events that were not anonymous.</summary>
    private static void EveryIdentifierIsLinked(GraphDump graph, IReadOnlyList<ResolutionRequest> events)
    {
        foreach (var request in events.Where(request => request.UniqueValue is not null))
        {
            var own = Assert.Single(graph.RootsOf("user_id", request.UniqueValue!));
            Assert.All(request.Identifiers, identifier => Assert.Contains(own, graph.RootsOf(identifier.Type, identifier.Value)));
        }
    }

    /// <summary>I4.</summary>
    private static void RootsNameAllDescendants(GraphDump graph)
    {
        var descendants = graph.Profiles.Values
            .Where(profile => !profile.IsRoot)
            .ToLookup(profile => graph.RootOf(profile.Id)!.Value, profile => profile.Id);
        foreach (var root in graph.Profiles.Values.Where(profile => profile.IsRoot))
            Assert.Equal(descendants[root.Id].Order(), root.Children.Select(child => child.Id).Order());
    }

    /// <summary>I6.</summary>
    public static void ComponentsAreThoseOfTheEvents(GraphDump graph, IReadOnlyList<ResolutionRequest> events)
    {
        var component = new Dictionary<Identifier, HashSet<Identifier>>();
        foreach (var request in events)
        {
            var joined = new HashSet<Identifier>(request.Identifiers);
            foreach (var identifier in request.Identifiers)
                joined.UnionWith(component.GetValueOrDefault(identifier) ?? []);
            foreach (var identifier in joined)
                component[identifier] = joined;
        }
        var expected = component.Values.Distinct().Select(Text);
        var actual = graph.Identifiers
            .GroupBy(item => Assert.Single(graph.RootsOf(item)))
            .Select(person => Text(person.Select(item => new Identifier(item.Type, item.Value))));
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));

        static string Text(IEnumerable<Identifier> identifiers) =>
            string.Join(' ', identifiers.Select(identifier => $"{identifier.Type}:{identifier.Value}").Order(StringComparer.Ordinal));
    }
}
