namespace Signals.Engine.Identities;

/// <summary>The events of a batch that have to do with each other, in their order, and what is loaded of the graph for them.</summary>
internal sealed record RequestGroup(List<int> Requests, IdentityGraph Graph);

/// <summary>Parts a batch into events that share no identifier and no profile as far as is known.</summary>
internal static class RequestGroups
{
    public static IReadOnlyList<RequestGroup> Of(ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, RequestKeys keys, IdentityGraph loaded)
    {
        var parents = Enumerable.Range(0, requests.Count).ToArray();
        var owners = new Dictionary<IdentityItemKey, int>();
        var looked = new List<IdentityItemKey>[requests.Count];
        for (var i = 0; i < parents.Length; i++)
        {
            looked[i] = LookedAt(keys[i], loaded, out var isKnown);
            if (!isKnown && rules.FirstIdOf(requests[i]) is { } id)
                looked[i].AddRange([IdentityItemKey.Profile(id), IdentityItemKey.Tombstone(id)]);
            foreach (var key in looked[i])
            {
                if (!owners.TryAdd(key, i))
                    parents[Root(parents, i)] = Root(parents, owners[key]);
            }
        }
        var groups = new Dictionary<int, RequestGroup>();
        for (var i = 0; i < parents.Length; i++)
        {
            var root = Root(parents, i);
            if (!groups.TryGetValue(root, out var group))
                groups.Add(root, group = new RequestGroup([], new IdentityGraph()));
            group.Requests.Add(i);
            foreach (var key in looked[i])
                group.Graph.Share(loaded, key);
        }
        return [.. groups.Values];
    }

    /// <summary>The identifiers of an event and the profiles that they lead to; whether any of them is known.</summary>
    private static List<IdentityItemKey> LookedAt(ReadOnlySpan<IdentityItemKey> keys, IdentityGraph loaded, out bool isKnown)
    {
        isKnown = false;
        var looked = new List<IdentityItemKey>();
        foreach (var key in keys)
        {
            looked.Add(key);
            if (!loaded.TryFindIdentifier(key, out var item) || item is null)
                continue;
            isKnown = true;
            foreach (var link in item.Links)
            {
                for (var id = link.Profile; ;)
                {
                    looked.Add(IdentityItemKey.Profile(id));
                    if (!loaded.TryFindProfile(id, out var profile) || profile?.Merge is not { } merge)
                        break;
                    id = merge.Into;
                }
            }
        }
        return looked;
    }

    private static int Root(int[] parents, int index)
    {
        while (parents[index] != index)
            index = parents[index] = parents[parents[index]];
        return index;
    }
}
