using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// What is known about the rows of one logical partition. It is written in the same batch as the rows, so its counts are exact, and it
/// never expires, so they stay when the rows go.
/// </summary>
/// <param name="Counts">Rows ever kept, by kind.</param>
/// <param name="Bytes">Bytes of their documents.</param>
/// <param name="Last">Highest sequence number kept; -1 before the first.</param>
/// <param name="ClosedFrom">Rows from this sequence number on belong to the next logical partition; null while it is open.</param>
/// <param name="ETag">ETag of the document; null when there is none yet.</param>
internal sealed record CosmosBadRowHead(IReadOnlyDictionary<string, long> Counts, long Bytes, long Last, long? ClosedFrom, string? ETag)
{
    /// <summary>Its id. Rows have numbers for ids.</summary>
    public const string Id = "head";

    private static readonly CosmosBadRowHead Empty = new(new Dictionary<string, long>(), 0, -1, null, null);

    /// <summary>Reads the head of a logical partition; an empty one when there is none.</summary>
    public static async Task<CosmosBadRowHead> ReadAsync(CosmosContainer container, string partitionKey, CancellationToken cancellationToken)
    {
        if (await container.ReadAsync(Id, partitionKey, cancellationToken) is not { } item)
            return Empty;
        var json = item.Parse();
        return new CosmosBadRowHead(
            json.GetProperty("counts").EnumerateObject().ToDictionary(count => count.Name, count => count.Value.GetInt64(), StringComparer.Ordinal),
            json.GetProperty("bytes").GetInt64(),
            json.GetProperty("last").GetInt64(),
            json.TryGetProperty("closed_from", out var closedFrom) ? closedFrom.GetInt64() : null,
            item.ETag);
    }

    /// <summary>The head after rows have been added; closed when it has become full.</summary>
    public CosmosBadRowHead With(IReadOnlyList<StoredBadRow> rows, long bytes, long maxBytes)
    {
        var counts = new Dictionary<string, long>(Counts, StringComparer.Ordinal);
        foreach (var row in rows)
            counts[row.Kind] = counts.GetValueOrDefault(row.Kind) + 1;
        var last = Math.Max(Last, rows.Max(row => row.Position.Sequence));
        return this with
        {
            Counts = counts,
            Bytes = Bytes + bytes,
            Last = last,
            ClosedFrom = ClosedFrom ?? (Bytes + bytes >= maxBytes ? last + 1 : null),
        };
    }

    /// <summary>The document.</summary>
    public ReadOnlyMemory<byte> ToItem(string partitionKey) => CosmosItem.Write(Id, partitionKey, this, static (json, head) =>
    {
        json.WriteStartObject("counts");
        foreach (var (kind, count) in head.Counts)
            json.WriteNumber(kind, count);
        json.WriteEndObject();
        json.WriteNumber("bytes", head.Bytes);
        json.WriteNumber("last", head.Last);
        if (head.ClosedFrom is { } closedFrom)
            json.WriteNumber("closed_from", closedFrom);
    });
}
