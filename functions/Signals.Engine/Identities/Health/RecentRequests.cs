using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>How much a look at recent events may take.</summary>
public sealed record TrialOptions
{
    /// <summary>Most events of a run.</summary>
    public const int MaxEvents = 50_000;

    /// <summary>Number of events, 1 to <see cref="MaxEvents"/>.</summary>
    public int Events { get; init; } = 10_000;

    /// <summary>How long a run may take; one that takes longer ends with the events that it has seen.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Most bytes of events that are held in memory.</summary>
    internal long Bytes { get; } = 128 << 20;
}

/// <summary>What some events ask of the graph under one configuration.</summary>
/// <param name="Requests">One per event, in order; null for events without identifiers.</param>
/// <param name="Dropped">Values that are not used.</param>
/// <param name="Filtered">How many events do not pass the filters.</param>
internal sealed record RecentRequests(IReadOnlyList<ResolutionRequest?> Requests, IReadOnlyList<DroppedValues> Dropped, long Filtered)
{
    /// <summary>Reads lines under a configuration. Lines that are no events ask for nothing.</summary>
    public static RecentRequests Of(IReadOnlyList<ReadOnlyMemory<byte>> lines, IdentityConfiguration configuration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var metrics = new ExtractionMetrics();
        var reader = new IdentifierReader(metrics);
        var plan = new IdentifierPlan(configuration);
        var ends = new int[AtomicColumns.Count];
        var requests = new ResolutionRequest?[lines.Count];
        for (var i = 0; i < requests.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (EnrichedEvent.TryRead(lines[i].Span, ends, out var enriched))
                reader.Read(enriched, plan, now, out requests[i], out _);
        }
        return new RecentRequests(requests, metrics.Dropped, metrics.EventsWith(ExtractionOutcome.Filtered));
    }
}
