using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>A request that was understood: what it is called, where it spends, and what it does.</summary>
internal sealed record PreparedCall(CosmosCall Call, Func<ValueTask<GatewayResponse>> Run)
{
    /// <summary>Whose throughput pays; null for metadata, which is free.</summary>
    public PartitionRange? Range { get; init; }
    public Container? Container { get; init; }

    /// <summary>Does to the items of this call what a faster writer would do just before it; null where nobody could.</summary>
    public Action? LoseRace { get; init; }

    /// <summary>Does it with the data of a replica that lags; null where that makes no difference.</summary>
    public Func<ValueTask<GatewayResponse>>? RunStale { get; init; }

    public static PreparedCall Metadata(Func<GatewayResponse> run) =>
        new(new CosmosCall(CosmosOperation.Metadata, "", "", []), () => ValueTask.FromResult(run()));

    public static PreparedCall Refuse(GatewayResponse response) => Metadata(() => response);
}
