namespace Signals.Engine.Identities;

internal sealed partial class ResolutionRules
{
    /// <summary>
    /// Loads what the rest of a batch will look at first, all of it together: identifiers, then where they lead, and for new ones what
    /// has their id. What else a decision needs it loads itself.
    /// </summary>
    public async ValueTask PrefetchAsync(
        IReadOnlyList<ResolutionRequest> requests,
        RequestKeys keys,
        int first,
        IdentityGraph graph,
        IIdentityStore store,
        CancellationToken cancellationToken)
    {
        const int rounds = 4;
        List<int> incomplete = [.. Enumerable.Range(first, requests.Count - first)];
        for (var round = 0; round < rounds && incomplete.Count > 0; round++)
        {
            incomplete.RemoveAll(index => Visit(requests[index], keys[index], graph));
            await graph.LoadMissingAsync(store, cancellationToken);
        }
    }

    /// <summary>The id of a new person unless it is taken; null where it cannot be told before.</summary>
    public SnowplowId? FirstIdOf(ResolutionRequest request)
    {
        if (_configuration.IdStrategy == IdStrategy.Random)
            return null;
        var leading = request.Identifiers.FirstOrDefault(identifier => !identifier.IsAlias, request.Identifiers[0]);
        return _derivation.NewPerson(leading, request.EventId, request.Time, 0);
    }

    /// <summary>Looks at what a decision on the event would look at first. False when something is not loaded.</summary>
    private bool Visit(ResolutionRequest request, ReadOnlySpan<IdentityItemKey> keys, IdentityGraph graph)
    {
        var isComplete = true;
        var isKnown = false;
        for (var i = 0; i < keys.Length; i++)
        {
            if (!graph.TryFindIdentifier(keys[i], out var item))
                isComplete = false;
            if (item is null)
                continue;
            isKnown = true;
            foreach (var link in item.Links)
                isComplete &= graph.TryFindRoot(link.Profile, out _);
        }
        if (isKnown || !isComplete || FirstIdOf(request) is not { } id)
            return isComplete;
        return graph.TryFindProfile(id, out _) & graph.TryFindTombstone(id, out _);
    }
}
