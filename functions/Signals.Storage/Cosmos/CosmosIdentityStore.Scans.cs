using System.Globalization;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Identities;

namespace Signals.Storage.Cosmos;

/// <summary>Scans of the identity graph.</summary>
public sealed partial class CosmosIdentityStore
{
    private const string Select = $"c.id, c.{CosmosIdentityDocument.Bytes}, c._etag FROM c WHERE ";

    /// <summary>Sorts after every key, which begins with a hexadecimal digit.</summary>
    private const string AfterLastKey = "g";

    private readonly CosmosIdentityCounts _counts = new(
        account.Container(CosmosContainers.Identifiers), account.Container(CosmosContainers.IdentityProfiles), time);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<StoredItem>> ScanAsync(IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken)
    {
        var last = after is { } key ? CosmosIdentityDocument.IdOf(key) : "";
        var query = scan.Looks == IdentityScanKind.LinkedTo ? QueryLinked(scan.Profile, last) : QueryRange(scan, last, limit);
        var documents = await ContainerOf(scan.Of).ReadAllAsync(query, null, cancellationToken);
        var items = documents.Select(document => Read(scan.Of, document));
        return scan.Looks == IdentityScanKind.LinkedTo
            ? [.. items.OrderBy(static stored => (stored.Item.Key.High, stored.Item.Key.Low)).Take(limit)]
            : [.. items];
    }

    /// <inheritdoc />
    /// <remarks>Counts are a minute old at most.</remarks>
    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken) => _counts.GetAsync(cancellationToken);

    /// <summary>The identifiers of one id are some (limits bound them), and are put in order here: in order of keys the index would be walked from end to end.</summary>
    private static QueryDefinition QueryLinked(SnowplowId profile, string last) =>
        new QueryDefinition($"SELECT {Select}ARRAY_CONTAINS(c.{CosmosIdentityDocument.Profiles}, @profile) AND c.id > @after")
            .WithParameter("@profile", CosmosIdentityDocument.IdOf(IdentityItemKey.Profile(profile)))
            .WithParameter("@after", last);

    private static QueryDefinition QueryRange(in IdentityScan scan, string last, int limit)
    {
        var (member, prefix) = scan.Looks switch
        {
            IdentityScanKind.UnfinishedMerges => (CosmosIdentityDocument.Unfinished, ""),
            IdentityScanKind.PendingMerges => (CosmosIdentityDocument.Pending, ""),
            IdentityScanKind.LastSeenUntil => (CosmosIdentityDocument.Seen, CosmosIdentityDocument.SeenPrefix(scan.Type ?? "")),
            IdentityScanKind.CreatedOn => (CosmosIdentityDocument.Created, CosmosIdentityDocument.CreatedPrefix(scan.Day)),
            _ => ("id", ""),
        };
        var isDue = scan.Looks == IdentityScanKind.LastSeenUntil ? $" AND c.{CosmosIdentityDocument.SeenDay} <= @day" : "";
        var query = new QueryDefinition($"SELECT TOP @limit {Select}c.{member} > @after AND c.{member} < @end{isDue} ORDER BY c.{member}")
            .WithParameter("@limit", limit)
            .WithParameter("@after", prefix + last)
            .WithParameter("@end", prefix + AfterLastKey);
        return isDue.Length == 0 ? query : query.WithParameter("@day", scan.Day);
    }

    private static StoredItem Read(IdentityItemKind kind, JsonElement document)
    {
        var id = document.GetProperty("id").GetString().AsSpan();
        var key = new IdentityItemKey(kind, HalfOf(id[..16]), HalfOf(id[16..]));
        var bytes = document.GetProperty(CosmosIdentityDocument.Bytes).GetBytesFromBase64();
        return new StoredItem(IdentityItemCodec.Read(key, bytes), new ItemVersion(0, document.GetProperty("_etag").GetString()));
    }

    private static ulong HalfOf(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
