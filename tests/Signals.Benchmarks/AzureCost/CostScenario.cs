namespace Signals.Benchmarks.AzureCost;

/// <summary>A stream of one partition, and what is computed from it.</summary>
internal sealed record CostScenario
{
    /// <summary>Events that a function call gets.</summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>Events of a visitor before the next one comes in his place.</summary>
    public int EventsPerSession { get; init; } = 20;

    /// <summary>Events that a visitor's tracker sends together.</summary>
    public int EventsTogether { get; init; } = 1;

    /// <summary>Visitors of the partition at the same time.</summary>
    public int VisitorsAtOnce { get; init; } = 500;

    /// <summary>Attributes of the one group.</summary>
    public int Attributes { get; init; } = 3;

    /// <summary>Whether attributes look at the last days only; those keep single observations and not just a result.</summary>
    public bool Windowed { get; init; }

    /// <summary>Events that are counted, after the store has filled.</summary>
    public int Events { get; init; } = 30_000;

    /// <summary>Events that come before, so that documents have the size that they keep.</summary>
    public int EventsBefore => Math.Min(Events, VisitorsAtOnce * EventsPerSession);
}
