namespace Signals.Engine.Identities;

/// <summary>What one configuration makes of some events.</summary>
/// <param name="Identified">Events that get an id.</param>
/// <param name="Filtered">Events that do not pass the filters.</param>
/// <param name="People">Active ids that stand for persons.</param>
/// <param name="AnonymousIds">Ids that stand for conflicts.</param>
/// <param name="Merges">Ids that were merged into others.</param>
/// <param name="Conflicts">Events on which different owners met.</param>
/// <param name="Limited">Events that a limit kept from linking or merging.</param>
/// <param name="ValuesDropped">Values that are not used.</param>
public sealed record TrialOutcome(
    int Identified, long Filtered, long People, long AnonymousIds, int Merges, int Conflicts, int Limited, IReadOnlyList<DroppedValues> ValuesDropped);

/// <summary>An id under one configuration and the ids that its events have under the other.</summary>
/// <param name="Id">The one id.</param>
/// <param name="Others">Some of the others, at most <see cref="MaxOthers"/>.</param>
/// <param name="Count">How many others there are.</param>
public sealed record TrialExample(SnowplowId Id, IReadOnlyList<SnowplowId> Others, int Count)
{
    /// <summary>Most others that are named.</summary>
    public const int MaxOthers = 10;
}

/// <summary>What changes from the active configuration to another one.</summary>
public sealed record TrialReport
{
    /// <summary>How many events were compared.</summary>
    public required int Events { get; init; }

    /// <summary>False when the time was over before all events were seen.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>What the active configuration makes of them.</summary>
    public required TrialOutcome Active { get; init; }

    /// <summary>What the other one makes of them.</summary>
    public required TrialOutcome Candidate { get; init; }

    /// <summary>Events that get an id under the other configuration alone.</summary>
    public required int Gained { get; init; }

    /// <summary>Events that get an id under the active configuration alone.</summary>
    public required int Lost { get; init; }

    /// <summary>Ids that would be several.</summary>
    public required int Splits { get; init; }

    /// <summary>Ids of the other configuration that were several.</summary>
    public required int Joins { get; init; }

    /// <summary>Some of the splits, those into the most ids first.</summary>
    public required IReadOnlyList<TrialExample> SplitExamples { get; init; }

    /// <summary>Some of the joins, those of the most ids first.</summary>
    public required IReadOnlyList<TrialExample> JoinExamples { get; init; }
}

/// <summary>Runs events under two configurations, each on a graph of its own.</summary>
internal static class ConfigurationTrial
{
    private const int MaxExamples = 10;

    public static async Task<TrialReport> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, IdentityConfiguration active, IdentityConfiguration candidate, TrialOptions options, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var before = RecentRequests.Of(lines, active, now, cancellationToken);
        var after = RecentRequests.Of(lines, candidate, now, cancellationToken);
        var old = await TrialRun.OfAsync(active, before.Requests, options.Budget / 2, cancellationToken);
        var current = await TrialRun.OfAsync(candidate, after.Requests, options.Budget / 2, cancellationToken);
        var seen = Math.Min(old.Seen, current.Seen);

        var (splits, joins) = (new Dictionary<SnowplowId, HashSet<SnowplowId>>(), new Dictionary<SnowplowId, HashSet<SnowplowId>>());
        var (gained, lost, identifiedBefore, identifiedAfter) = (0, 0, 0, 0);
        for (var i = 0; i < seen; i++)
        {
            var was = await old.RootOfAsync(i, cancellationToken);
            var becomes = await current.RootOfAsync(i, cancellationToken);
            identifiedBefore += was.IsNone ? 0 : 1;
            identifiedAfter += becomes.IsNone ? 0 : 1;
            gained += was.IsNone && !becomes.IsNone ? 1 : 0;
            lost += !was.IsNone && becomes.IsNone ? 1 : 0;
            if (was.IsNone || becomes.IsNone)
                continue;
            Relate(splits, was, becomes);
            Relate(joins, becomes, was);
        }
        return new TrialReport
        {
            Events = seen,
            IsComplete = seen == lines.Count,
            Active = await OutcomeAsync(old, before, identifiedBefore, cancellationToken),
            Candidate = await OutcomeAsync(current, after, identifiedAfter, cancellationToken),
            Gained = gained,
            Lost = lost,
            Splits = splits.Values.Count(others => others.Count > 1),
            Joins = joins.Values.Count(others => others.Count > 1),
            SplitExamples = Examples(splits),
            JoinExamples = Examples(joins),
        };
    }

    private static void Relate(Dictionary<SnowplowId, HashSet<SnowplowId>> relation, SnowplowId one, SnowplowId other)
    {
        if (!relation.TryGetValue(one, out var others))
            relation.Add(one, others = []);
        others.Add(other);
    }

    private static async ValueTask<TrialOutcome> OutcomeAsync(TrialRun run, RecentRequests requests, int identified, CancellationToken cancellationToken)
    {
        var counts = await run.CountAsync(cancellationToken);
        return new TrialOutcome(
            identified, requests.Filtered, counts.ActiveProfiles - counts.AnonymousProfiles, counts.AnonymousProfiles, run.Merges, run.Conflicts, run.Limited, requests.Dropped);
    }

    private static IReadOnlyList<TrialExample> Examples(Dictionary<SnowplowId, HashSet<SnowplowId>> relation) =>
    [
        .. relation.Where(one => one.Value.Count > 1).OrderByDescending(one => one.Value.Count).ThenBy(one => one.Key).Take(MaxExamples)
            .Select(one => new TrialExample(one.Key, [.. one.Value.Order().Take(TrialExample.MaxOthers)], one.Value.Count)),
    ];
}
