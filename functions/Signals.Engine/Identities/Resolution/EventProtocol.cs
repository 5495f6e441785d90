using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Resolves one event against a store that writes single items (spec identities, 11.5). Every prefix of the writes is a valid graph;
/// where a write is lost to a race, the event starts over.
/// </summary>
/// <param name="store">The graph.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">Waits before a restart; the argument counts restarts from 1.</param>
internal sealed class EventProtocol(IIdentityStore store, TimeProvider time, Func<int, CancellationToken, Task> pause)
{
    /// <summary>How often an event may start over.</summary>
    public const int MaxRestarts = 6;

    private readonly MergeProtocol _merges = new(store, time);

    /// <summary>Resolves an event; null when it lost too many races.</summary>
    /// <param name="rules">The rules of the configuration.</param>
    /// <param name="request">The event.</param>
    /// <param name="keys">The keys of its identifiers, in order.</param>
    /// <param name="graph">What was loaded before, up to nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask<ResolutionResult?> ResolveAsync(
        ResolutionRules rules,
        ResolutionRequest request,
        ReadOnlyMemory<IdentityItemKey> keys,
        IdentityGraph graph,
        CancellationToken cancellationToken)
    {
        var done = new Progress();
        for (var restarts = 0; ;)
        {
            var now = EventTime.From(time.GetUtcNow());
            if (restarts == 0 && rules.TryAnswer(request, keys.Span, graph, now, out var answer))
                return answer;
            var decision = await DecideAsync(rules, request, keys, graph, now, cancellationToken);
            if (decision.Survivor is null)
                return decision.ToResult();
            if (await TryCarryOutAsync(rules, request, decision, graph, now, done, cancellationToken) is { } root)
                return decision.ToResult(root, request.EventId, done.Merged, done.HasCreated(root.Id));
            graph.Clear();
            if (decision.IsPreparation)
                continue;
            if (++restarts > MaxRestarts)
                return null;
            await pause(restarts, cancellationToken);
        }
    }

    private async ValueTask<Decision> DecideAsync(
        ResolutionRules rules,
        ResolutionRequest request,
        ReadOnlyMemory<IdentityItemKey> keys,
        IdentityGraph graph,
        EventTime now,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var isDecided = rules.TryDecide(request, keys.Span, graph, now, out var decision);
            if (graph.Unfinished.Count > 0)
            {
                SnowplowId[] unfinished = [.. graph.Unfinished];
                foreach (var id in unfinished)
                    await _merges.FinishAsync(id, cancellationToken);
                graph.Clear();
            }
            else if (isDecided)
                return decision!;
            else
                await graph.LoadMissingAsync(store, cancellationToken);
        }
    }

    /// <summary>Writes what was decided, step by step. Null on a lost race, and after a preparation.</summary>
    private async ValueTask<ProfileItem?> TryCarryOutAsync(
        ResolutionRules rules,
        ResolutionRequest request,
        Decision decision,
        IdentityGraph graph,
        EventTime now,
        Progress done,
        CancellationToken cancellationToken)
    {
        var survivor = decision.Survivor!;
        if (decision.IsReadOnly)
            return survivor;
        if (decision.Creates)
        {
            var created = survivor with { LinkedIdentifiers = decision.Links.Count };
            var isCreated = await TryWriteAsync(created, graph, cancellationToken);
            if (decision.IsPreparation || !isCreated && decision.Outcome != ResolutionOutcome.Anonymous)
                return null;
            if (isCreated)
                done.Created.Add(created.Id);
        }
        if (decision.Claims is { } owner)
        {
            survivor = survivor with { Owners = survivor.Owners.Add(owner) };
            if (!await TryWriteAsync(survivor, graph, cancellationToken))
                return null;
        }
        if (!await TryMergeAsync(survivor, decision, request, graph, done, cancellationToken))
            return null;
        foreach (var identifier in decision.Links.OrderBy(link => link.Identifier.IsAlias).Concat(decision.Marks))
        {
            if (!await TryWriteAsync(rules.Apply(decision, identifier, identifier.Item, request.Time, now), graph, cancellationToken))
                return null;
        }
        await TouchAsync(rules, request, decision, graph, now, cancellationToken);
        return await ReadOutcomeAsync(decision, graph, cancellationToken);
    }

    /// <summary>Points the absorbed roots at the survivor, oldest first, then records them there.</summary>
    private async ValueTask<bool> TryMergeAsync(
        ProfileItem survivor, Decision decision, ResolutionRequest request, IdentityGraph graph, Progress done, CancellationToken cancellationToken)
    {
        if (decision.Absorbed.IsEmpty)
            return true;
        foreach (var child in decision.Absorbed)
        {
            if (child.Owners.All(survivor.Owners.Contains))
            {
                var merged = child with { Merge = new MergeRecord(survivor.Id, request.Time, request.EventId, request.AppId, IsRecorded: false) };
                if (!await TryWriteAsync(merged, graph, cancellationToken))
                    return false;
            }
            else
            {
                var intending = child with { Intent = new MergeIntent(survivor.Id, request.Time, request.EventId, request.AppId) };
                if (!await TryWriteAsync(intending, graph, cancellationToken) || !await _merges.CompleteAsync(child.Id, cancellationToken))
                    return false;
                survivor = survivor with { Owners = child.Owners };
            }
            done.Merged.Add(child.Id);
        }
        await _merges.RecordAsync([.. decision.Absorbed.Select(child => child.Id)], cancellationToken);
        return true;
    }

    /// <summary>
    /// Writes what only guards and counts: the last sighting of identifiers, how many merges they caused, how many are linked. A lost race
    /// loses no more than that.
    /// </summary>
    private async ValueTask TouchAsync(
        ResolutionRules rules, ResolutionRequest request, Decision decision, IdentityGraph graph, EventTime now, CancellationToken cancellationToken)
    {
        foreach (var identifier in decision.Touches)
        {
            if (!decision.Links.Contains(identifier) && !decision.Marks.Contains(identifier))
                await TryWriteAsync(rules.Apply(decision, identifier, identifier.Item, request.Time, now), graph, cancellationToken);
        }
        if (decision.Creates || decision.Links.Count == 0)
            return;
        var (root, version) = await _merges.ReadRootAsync(decision.Survivor!.Id, cancellationToken);
        if (root is not null)
        {
            var counted = root with { LinkedIdentifiers = root.LinkedIdentifiers + decision.Links.Count };
            await store.TryWriteAsync(ItemChange.Replace(counted, version), cancellationToken);
        }
    }

    /// <summary>The root of the survivor as it is after the writes; null when it is gone.</summary>
    private async ValueTask<ProfileItem?> ReadOutcomeAsync(Decision decision, IdentityGraph graph, CancellationToken cancellationToken)
    {
        var (root, version) = await _merges.ReadRootAsync(decision.Survivor!.Id, cancellationToken);
        graph.Forget(decision.Survivor.Key);
        foreach (var child in decision.Absorbed)
            graph.Forget(child.Key);
        if (root is not null)
            graph.Stored(root.Key, root, version);
        return root;
    }

    private async ValueTask<bool> TryWriteAsync(IdentityItem item, IdentityGraph graph, CancellationToken cancellationToken)
    {
        if (await store.TryWriteAsync(new ItemChange(item.Key, item, graph.VersionOf(item.Key)), cancellationToken) is not { } version)
            return false;
        graph.Stored(item.Key, item, version);
        return true;
    }

    /// <summary>What an event has done so far, restarts included.</summary>
    private sealed class Progress
    {
        public List<SnowplowId> Merged { get; } = [];

        public HashSet<SnowplowId> Created { get; } = [];

        public bool HasCreated(SnowplowId id) => Created.Contains(id);
    }
}
