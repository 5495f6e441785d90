namespace Signals.Engine.Identities;

/// <summary>
/// Shortens long ways from an identifier to its root (spec identities, 6.6), where each step is a call to the store: the profile at the
/// start is told to lead to the furthest one that is known. So whoever has many merges in a row is found in time at the next
/// attempt at the latest. Merges are never undone, so a later profile on the way is as good as the next one.
/// </summary>
internal sealed class PathShortening(IIdentityStore store)
{
    private const int LongWay = 8;

    /// <summary>Shortens the ways of an event's identifiers as far as they are loaded. A lost race leaves a way as it is.</summary>
    public async ValueTask ShortenAsync(ReadOnlyMemory<IdentityItemKey> keys, IdentityGraph graph, CancellationToken cancellationToken)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            foreach (var link in graph.Loaded(keys.Span[i]) is IdentifierItem item ? item.Links : [])
            {
                if (TryShorten(link.Profile, graph, out var shortened))
                    await WriteAsync(shortened, graph, cancellationToken);
            }
        }
    }

    private static bool TryShorten(
        SnowplowId start, IdentityGraph graph, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ProfileItem? shortened)
    {
        shortened = null;
        var steps = 0;
        var furthest = start;
        while (graph.Loaded(IdentityItemKey.Profile(furthest)) is ProfileItem { Merge: { } merge } && graph.Loaded(IdentityItemKey.Profile(merge.Into)) is ProfileItem)
        {
            furthest = merge.Into;
            steps++;
        }
        if (steps > LongWay && graph.Loaded(IdentityItemKey.Profile(start)) is ProfileItem { Merge: { IsRecorded: true } first } profile)
            shortened = profile with { Merge = first with { Into = furthest } };
        return shortened is not null;
    }

    private async ValueTask WriteAsync(ProfileItem shortened, IdentityGraph graph, CancellationToken cancellationToken)
    {
        if (graph.VersionOf(shortened.Key) is { } expected
            && await store.TryWriteAsync(ItemChange.Replace(shortened, expected), cancellationToken) is { } version)
            graph.Stored(shortened.Key, shortened, version);
    }
}
