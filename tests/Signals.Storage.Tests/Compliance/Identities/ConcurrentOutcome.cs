using System.Text.Json;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>Checks what has to hold after events ran at the same time, whatever their order.</summary>
internal static class ConcurrentOutcome
{
    public static Task CheckAsync(
        JsonElement expected, IReadOnlyDictionary<string, SnowplowId> ids, IReadOnlyList<ResolutionResult> results, GraphDump graph)
    {
        foreach (var expectation in expected.EnumerateObject())
            Check(expectation, ids, results, graph);
        return Task.CompletedTask;
    }

    private static void Check(
        JsonProperty expectation, IReadOnlyDictionary<string, SnowplowId> ids, IReadOnlyList<ResolutionResult> results, GraphDump graph)
    {
        var value = expectation.Value;
        var mergeEvents = results.SelectMany(result => result.MergeEvents).Select(merge => merge.EventId).Distinct().Count();
        switch (expectation.Name)
        {
            case "single_root":
                Assert.Single(value.EnumerateArray().Select(identifier => Root(graph, identifier.GetString()!)).Distinct());
                break;
            case "distinct_roots":
                Assert.Distinct(value.EnumerateArray().Select(identifier => Root(graph, identifier.GetString()!)));
                break;
            case "root":
                Assert.All(results, result => Assert.Equal(ids[value.GetString()!], graph.RootOf(result.Id)));
                break;
            case "final_merges_of_root":
                var root = graph.Profiles[graph.RootOf(results[0].Id)!.Value];
                Assert.Equal(value.EnumerateArray().Select(symbol => ids[symbol.GetString()!]).Order(), root.Children.Select(child => child.Id).Order());
                break;
            case "profiles_created":
                Assert.Equal(value.GetInt32(), graph.Profiles.Count);
                break;
            case "merge_events":
                Assert.Equal(value.GetInt32(), mergeEvents);
                break;
            case "merge_events_at_most":
                Assert.InRange(mergeEvents, 0, value.GetInt32());
                break;
            case "root_A_belongs_to_one_of":
                Assert.Single(value.EnumerateArray(), identifier => Root(graph, identifier.GetString()!) == ids["A"]);
                break;
            case "links_of":
                foreach (var count in value.EnumerateObject())
                    Assert.Equal(count.Value.GetInt32(), Roots(graph, count.Name).Count);
                break;
            default:
                throw new InvalidDataException($"Expectation '{expectation.Name}' is not known.");
        }
    }

    private static SnowplowId Root(GraphDump graph, string identifier) => Assert.Single(Roots(graph, identifier));

    private static IReadOnlyList<SnowplowId> Roots(GraphDump graph, string identifier)
    {
        var parts = identifier.Split(':', 2);
        return graph.RootsOf(parts[0], parts[1]);
    }
}
