using System.Diagnostics;

namespace Signals.Engine.Identities;

/// <summary>Events resolved on a graph of their own, in memory, from nothing.</summary>
internal sealed class TrialRun
{
    private const int BatchSize = 500;

    private readonly MemoryIdentityStore _store = new();
    private readonly Dictionary<SnowplowId, ProfileItem> _roots = [];
    private readonly SnowplowId[] _ids;

    private TrialRun(int events) => _ids = new SnowplowId[events];

    /// <summary>How many events were seen before the time was over.</summary>
    public int Seen { get; private set; }

    /// <summary>Ids that were merged into others.</summary>
    public int Merges { get; private set; }

    /// <summary>Events on which different owners met.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Events that a limit kept from linking or merging.</summary>
    public int Limited { get; private set; }

    /// <summary>Resolves requests in order, until the time is over.</summary>
    public static async Task<TrialRun> OfAsync(
        IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest?> requests, TimeSpan budget, CancellationToken cancellationToken)
    {
        var run = new TrialRun(requests.Count);
        var resolver = new IdentityResolver(run._store, null, TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        var unhurried = Unhurried(configuration);
        while (run.Seen < requests.Count && Stopwatch.GetElapsedTime(started) < budget)
        {
            var end = Math.Min(run.Seen + BatchSize, requests.Count);
            var indexes = Enumerable.Range(run.Seen, end - run.Seen).Where(index => requests[index] is not null).ToList();
            var results = await resolver.ResolveAsync(unhurried, [.. indexes.Select(index => requests[index]!)], cancellationToken);
            for (var i = 0; i < indexes.Count; i++)
                run.Note(indexes[i], results[i]);
            run.Seen = end;
        }
        return run;
    }

    /// <summary>The id of an event after all that was seen; none for an event without.</summary>
    public async ValueTask<SnowplowId> RootOfAsync(int index, CancellationToken cancellationToken)
    {
        var id = _ids[index];
        return id.IsNone ? id : (await RootAsync(id, cancellationToken)).Id;
    }

    /// <summary>The id of an event if it stands for a person; none otherwise.</summary>
    public async ValueTask<SnowplowId> PersonOfAsync(int index, CancellationToken cancellationToken)
    {
        var id = _ids[index];
        return id.IsNone || await RootAsync(id, cancellationToken) is not { Kind: ProfileKind.Person } root ? default : root.Id;
    }

    /// <summary>How much is in the graph.</summary>
    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => _store.CountAsync(cancellationToken);

    /// <summary>
    /// Memory is no store that could be away, and days of events come in seconds: what is counted per hour of processing says nothing here.
    /// </summary>
    private static IdentityConfiguration Unhurried(IdentityConfiguration configuration) => configuration with
    {
        StoreBudget = TimeSpan.FromMinutes(1),
        Limits = configuration.Limits with { MergesPerIdentifierPerHour = 0 },
    };

    private void Note(int index, in ResolutionResult result)
    {
        const ResolutionReasons limits = ResolutionReasons.MergeLimitExceeded | ResolutionReasons.IdentifierLimitExceeded | ResolutionReasons.HubIdentifier;
        _ids[index] = result.Id;
        Merges += result.Merged.Count;
        Conflicts += result.Conflict is null ? 0 : 1;
        Limited += (result.Reasons & limits) == 0 ? 0 : 1;
    }

    private async ValueTask<ProfileItem> RootAsync(SnowplowId id, CancellationToken cancellationToken)
    {
        if (_roots.TryGetValue(id, out var known))
            return known;
        var profile = (ProfileItem)(await _store.ReadAsync([IdentityItemKey.Profile(id)], cancellationToken))[0]!.Value.Item;
        return _roots[id] = profile.Merge is { } merge ? await RootAsync(merge.Into, cancellationToken) : profile;
    }
}
