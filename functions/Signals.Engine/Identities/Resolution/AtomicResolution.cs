using System.Collections.Immutable;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Resolves batches against a store that writes many items as one: decides event by event in memory, then writes all changes
/// together. Hot items stay in memory between batches; what others wrote since is dropped first. On a lost race the batch
/// starts over. One batch at a time.
/// </summary>
internal sealed class AtomicResolution(IAtomicIdentityStore store, TimeProvider time, IdentityResolverOptions options)
{
    private readonly IdentityGraph _graph = new(options.CachedItems);
    private readonly List<IdentityItemKey> _changedByOthers = [];
    private long _mark;

    public async ValueTask<ResolutionResult[]> ResolveAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken)
    {
        using var keys = new RequestKeys(requests);
        while (true)
        {
            try
            {
                await CatchUpAsync(cancellationToken);
                var results = await ResolveInMemoryAsync(rules, requests, keys, cancellationToken);
                if (await TryStoreAsync(cancellationToken))
                    return results;
            }
            catch
            {
                // What was written is not known, so what is in memory is not known to be true.
                _graph.Clear();
                throw;
            }
        }
    }

    private async ValueTask<ResolutionResult[]> ResolveInMemoryAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, RequestKeys keys, CancellationToken cancellationToken)
    {
        var results = new ResolutionResult[requests.Count];
        var now = EventTime.From(time.GetUtcNow());
        var isPrefetched = false;
        for (var i = 0; i < results.Length; i++)
        {
            if (rules.TryAnswer(requests[i], keys[i], _graph, now, out results[i]))
                continue;
            if (_graph.IsMissingAny && !isPrefetched)
            {
                await rules.PrefetchAsync(requests, keys, i, _graph, store, cancellationToken);
                isPrefetched = true;
            }
            results[i] = await DecideAsync(rules, requests[i], keys, i, now, cancellationToken);
        }
        return results;
    }

    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        _graph.Trim();
        _changedByOthers.Clear();
        var mark = await store.ChangesAsync(_mark, _changedByOthers, cancellationToken);
        if (mark is null || _mark == 0)
        {
            _graph.Clear();
            mark ??= await store.ChangesAsync(0, _changedByOthers, cancellationToken);
        }
        foreach (var key in _changedByOthers)
            _graph.Forget(key);
        _mark = mark ?? 0;
    }

    private async ValueTask<bool> TryStoreAsync(CancellationToken cancellationToken)
    {
        if (_graph.Changed.Count == 0)
            return true;
        var changes = new ItemChange[_graph.Changed.Count];
        for (var i = 0; i < changes.Length; i++)
            changes[i] = _graph.Changed[i].ToChange();
        if (await store.TryWriteTogetherAsync(changes, cancellationToken) is not { } written)
        {
            options.Metrics?.CountLostRace();
            _graph.Abandon();
            return false;
        }
        _graph.Stored(written.Versions);
        if (written.Before == _mark)
            _mark = written.After;
        return true;
    }

    private async ValueTask<ResolutionResult> DecideAsync(
        ResolutionRules rules, ResolutionRequest request, RequestKeys keys, int index, EventTime now, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!rules.TryDecide(request, keys[index], _graph, now, out var decision))
                await _graph.LoadMissingAsync(store, cancellationToken);
            else if (decision.IsPreparation)
                _graph.Change(decision.Survivor!);
            else
                return Apply(rules, request, decision, now);
        }
    }

    private ResolutionResult Apply(ResolutionRules rules, ResolutionRequest request, Decision decision, EventTime now)
    {
        if (decision.Survivor is not { } survivor)
            return decision.ToResult();
        var changed = survivor;
        if (decision.Claims is { } owner)
            changed = changed with { Owners = changed.Owners.Add(owner) };
        if (!decision.Absorbed.IsEmpty)
            changed = Merge(changed, decision.Absorbed, request, now);
        if (decision.Links.Count > 0)
            changed = changed with { LinkedIdentifiers = changed.LinkedIdentifiers + decision.Links.Count };
        if (decision.Creates || !ReferenceEquals(changed, survivor))
            _graph.Change(changed);
        foreach (var identifier in decision.Changed())
            _graph.Change(rules.Apply(decision, identifier, identifier.Item, request.Time, now));
        return decision.ToResult(changed, request.EventId, [.. decision.Absorbed.Select(profile => profile.Id)], decision.Creates);
    }

    private ProfileItem Merge(ProfileItem survivor, ImmutableArray<ProfileItem> absorbed, ResolutionRequest request, EventTime now)
    {
        foreach (var child in absorbed)
        {
            _graph.Change(child with { Merge = new MergeRecord(survivor.Id, request.Time, request.EventId, request.AppId, IsRecorded: true) });
        }
        return MergeRecording.Record(survivor, absorbed, request.Time, request.EventId, request.AppId, now);
    }
}
