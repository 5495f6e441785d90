using System.Globalization;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>What the consistency of a request costs, and how old an answer it allows.</summary>
internal static class Consistencies
{
    /// <summary>How many times the charge of a read: 2 under strong and bounded staleness, which ask two replicas.</summary>
    public static int ReadFactor(GatewayRequest request, CosmosEmulatorOptions options) => IsStrong(request, options) ? 2 : 1;

    /// <summary>
    /// Whether a lagging replica may answer a read of the item: not under strong and bounded staleness (within a region, its reads are
    /// strong too), and not when the client's session has seen the current version.
    /// </summary>
    public static bool AllowsStale(GatewayRequest request, CosmosEmulatorOptions options, PartitionRange range, StoredItem current) =>
        !IsStrong(request, options) && SeenLsn(request.Header("x-ms-session-token"), range) < current.Lsn;

    private static bool IsStrong(GatewayRequest request, CosmosEmulatorOptions options) =>
        (request.Header("x-ms-consistency-level") ?? options.Consistency) is "Strong" or "BoundedStaleness";

    /// <summary>The commit in the session token of the range: <c>range:version#commit</c>, several with commas between.</summary>
    private static long SeenLsn(string? sessionToken, PartitionRange range)
    {
        foreach (var token in (sessionToken ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!token.StartsWith(range.Id + ":", StringComparison.Ordinal)) continue;
            var parts = token.Split('#');
            return parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var lsn) ? lsn : 0;
        }

        return 0;
    }
}
