namespace Signals.CosmosEmulator.Faults;

/// <summary>A fault and the requests that it strikes: those that match everything that is set.</summary>
public sealed record FaultOrder(Fault Fault)
{
    /// <summary>Only this container; any if null.</summary>
    public string? Container { get; init; }

    /// <summary>Only these operations; all but metadata if empty.</summary>
    public IReadOnlyList<CosmosOperation> Operations { get; init; } = [];

    /// <summary>Only requests that name an item whose id begins so.</summary>
    public string? IdPrefix { get; init; }

    /// <summary>How many matching requests pass before the first is struck.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests are struck; null for no end.</summary>
    public int? Count { get; init; } = 1;

    /// <summary>The share of matching requests that are struck, 0 to 1, chosen by <see cref="Seed"/>.</summary>
    public double Share { get; init; } = 1;

    public ulong Seed { get; init; }

    internal bool Matches(CosmosCall call) =>
        (Container is null || Container == call.Container)
        && (Operations.Count == 0 ? call.Operation != CosmosOperation.Metadata : Operations.Contains(call.Operation))
        && (IdPrefix is null || call.Ids.Any(id => id.StartsWith(IdPrefix, StringComparison.Ordinal)));
}
