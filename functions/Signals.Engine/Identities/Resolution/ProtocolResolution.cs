namespace Signals.Engine.Identities;

/// <summary>
/// Resolves batches against a store that writes single items: loads what the batch looks at in few calls, then takes the events of
/// each person in order and the people side by side.
/// </summary>
internal sealed class ProtocolResolution(IIdentityStore store, TimeProvider time, IdentityResolverOptions options)
{
    private readonly EventProtocol _protocol = new(store, time, (restart, token) => PauseAsync(restart, time, options, token));

    private readonly PathShortening _paths = new(store);

    /// <summary>Resolves a batch; null in the place of each event that the store left without an answer.</summary>
    public async ValueTask<ResolutionResult?[]> ResolveAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken)
    {
        using var keys = new RequestKeys(requests);
        var results = new ResolutionResult?[requests.Count];
        if (await TryPrefetchAsync(rules, requests, keys, cancellationToken) is not { } loaded)
            return results;
        var people = RequestGroups.Of(rules, requests, keys, loaded);
        await Parallel.ForEachAsync(
            people,
            new ParallelOptions { MaxDegreeOfParallelism = options.ParallelPeople, CancellationToken = cancellationToken },
            async (person, token) =>
            {
                foreach (var index in person.Requests)
                    results[index] = await TryResolveAsync(rules, requests[index], keys.Memory(index), person.Graph, token);
            });
        return results;
    }

    private async ValueTask<IdentityGraph?> TryPrefetchAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, RequestKeys keys, CancellationToken cancellationToken)
    {
        // A batch is read in some calls, but takes longer than one event; each event may add a millisecond.
        using var budget = new StoreBudget(rules.Configuration.StoreBudget + TimeSpan.FromMilliseconds(requests.Count), time, cancellationToken);
        var graph = new IdentityGraph();
        return await budget.TryAsync(async token =>
        {
            await rules.PrefetchAsync(requests, keys, 0, graph, store, token);
            return graph;
        });
    }

    private async ValueTask<ResolutionResult?> TryResolveAsync(
        ResolutionRules rules, ResolutionRequest request, ReadOnlyMemory<IdentityItemKey> keys, IdentityGraph graph, CancellationToken cancellationToken)
    {
        var answer = await WithinBudgetAsync(rules, async token => new Answer(await _protocol.ResolveAsync(rules, request, keys, graph, token)), cancellationToken);
        await WithinBudgetAsync(
            rules,
            async token =>
            {
                await _paths.ShortenAsync(keys, graph, token);
                return graph;
            },
            cancellationToken);
        if (answer is null)
            graph.Clear();
        return answer?.Result;
    }

    private async ValueTask<T?> WithinBudgetAsync<T>(ResolutionRules rules, Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var budget = new StoreBudget(rules.Configuration.StoreBudget, time, cancellationToken);
        return await budget.TryAsync(ask);
    }

    /// <summary>Full jitter: anything up to 5 ms before the first restart, doubling to 80 ms.</summary>
    private static Task PauseAsync(int restart, TimeProvider time, IdentityResolverOptions options, CancellationToken cancellationToken)
    {
        options.Metrics?.CountLostRace();
        var most = Math.Min(5 << restart - 1, 80);
        return Task.Delay(TimeSpan.FromMilliseconds(options.Jitter.NextDouble() * most), time, cancellationToken);
    }

    private sealed record Answer(ResolutionResult? Result);
}
