using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Signals.CosmosEmulator.Store;

/// <summary>One version of an item, as it goes over the wire.</summary>
internal sealed class StoredItem
{
    private JsonElement _json;

    public required ItemSlot Slot { get; init; }
    public required string ETag { get; init; }
    public required long Timestamp { get; init; }
    public required long ExpiresAt { get; init; }
    public required int IndexedPaths { get; init; }
    public required byte[] Body { get; init; }

    /// <summary>The commit of the range that made this version. Zero until then.</summary>
    public long Lsn { get; set; }

    /// <summary>The body parsed, from the first query on that looks at it. Under the lock of the range.</summary>
    public JsonElement Json => _json.ValueKind == JsonValueKind.Undefined ? _json = JsonElement.Parse(Body) : _json;

    /// <summary>The version that this one replaced, which a replica that lags still has.</summary>
    public StoredItem? Previous { get; set; }

    public bool IsAlive(long now) => now < ExpiresAt;

    public static StoredItem Create(ItemSlot slot, ItemContent content, Container container, long now)
    {
        var etag = container.Account.NextETag(now);
        return new StoredItem
        {
            Slot = slot,
            ETag = etag,
            Timestamp = now,
            ExpiresAt = container.ExpiryOf(content.TimeToLive, now),
            IndexedPaths = content.IndexedPaths,
            Body = Write(slot, content, etag, now),
        };
    }

    /// <summary>The body with its commit number, as the change feed shows it.</summary>
    public byte[] BodyWithLsn() =>
        [.. Body.AsSpan(0, Body.Length - 1), .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"_lsn\":{Lsn}}}"))];

    private static byte[] Write(ItemSlot slot, ItemContent content, string etag, long now)
    {
        var rid = slot.ResourceId;
        var tail = string.Create(
            CultureInfo.InvariantCulture,
            $",\"_rid\":\"{rid}\",\"_self\":\"{slot.Container.SelfLink}docs/{rid}/\",\"_etag\":\"\\\"{etag.AsSpan(1, etag.Length - 2)}\\\"\",\"_attachments\":\"attachments/\",\"_ts\":{now}}}");
        var body = new byte[1 + content.Properties.Length + tail.Length];
        body[0] = (byte)'{';
        content.Properties.CopyTo(body, 1);
        Encoding.ASCII.GetBytes(tail, body.AsSpan(1 + content.Properties.Length));
        return body;
    }
}
