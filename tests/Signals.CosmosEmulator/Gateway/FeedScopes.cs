using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Finds out from the headers what a query or a feed is about.</summary>
internal static class FeedScopes
{
    private const int RangeGone = 1002;

    /// <summary>The scope; null and the answer if there is none.</summary>
    public static FeedScope? Read(GatewayRequest request, Container container, out GatewayResponse refusal)
    {
        refusal = GatewayResponse.Error(400, "The partition key of the request is not valid.");
        if (request.Header("x-ms-documentdb-partitionkey") is { } header)
            return PartitionKeyValue.TryParseHeader(header, out var key) ? new FeedScope(container, container.RangeOf(key)) { Key = key } : null;

        refusal = GatewayResponse.Error(400, "The partition key ranges of the request are not valid.");
        if (!TryReadPart(request, out var part)) return null;
        refusal = GatewayResponse.Error(410, "The requested resource is no longer available at the server.", RangeGone);
        var range = RangeOf(request, container, part);
        if (range is null) return null;
        var isWhole = part is not var (from, to) || (from.CompareTo(range.Minimum) <= 0 && range.Maximum.CompareTo(to) <= 0);
        return new FeedScope(container, range) { Part = isWhole ? null : part };
    }

    private static PartitionRange? RangeOf(GatewayRequest request, Container container, (EffectivePartitionKey From, EffectivePartitionKey To)? part)
    {
        if (request.Header("x-ms-documentdb-partitionkeyrangeid") is { } id)
            return container.Ranges.FirstOrDefault(range => range.Id == id[(id.LastIndexOf(',') + 1)..]);
        if (part is var (from, to)) return container.Ranges.FirstOrDefault(range => range.Contains(from) && to.CompareTo(range.Maximum) <= 0);
        return container.Ranges.Count == 1 ? container.Ranges[0] : null;
    }

    private static bool TryReadPart(GatewayRequest request, out (EffectivePartitionKey From, EffectivePartitionKey To)? part)
    {
        part = null;
        if (request.Header("x-ms-start-epk") is not { } from || request.Header("x-ms-end-epk") is not { } to) return true;
        var valid = EffectivePartitionKey.TryParse(from, out var start) & EffectivePartitionKey.TryParse(to, out var end);
        part = (start, end);
        return valid;
    }
}
