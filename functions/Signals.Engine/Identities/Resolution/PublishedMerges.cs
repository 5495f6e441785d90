namespace Signals.Engine.Identities;

/// <summary>Takes published merge events off the profiles that owe them.</summary>
internal sealed class PublishedMerges(IIdentityStore store)
{
    private readonly MergeProtocol _merges = new(store, TimeProvider.System);

    /// <summary>Marks merge events as published, each unless its number has become another event since.</summary>
    public async ValueTask MarkAsync(IReadOnlyList<MergeEvent> published, CancellationToken cancellationToken)
    {
        foreach (var root in published.GroupBy(merge => merge.Id))
        {
            var numbers = root.ToDictionary(merge => merge.EventId);
            while (!await TryMarkAsync(root.Key, numbers, cancellationToken))
            {
            }
        }
    }

    private async ValueTask<bool> TryMarkAsync(SnowplowId id, Dictionary<string, MergeEvent> published, CancellationToken cancellationToken)
    {
        var (profile, version) = await _merges.ReadAsync(id, cancellationToken);
        if (profile is null)
            return true;
        var pending = profile.Pending.RemoveAll(merge => published.ContainsKey(MergeEvent.Of(profile, merge).EventId));
        return pending.Length == profile.Pending.Length
            || await store.TryWriteAsync(ItemChange.Replace(profile with { Pending = pending }, version), cancellationToken) is not null;
    }
}
