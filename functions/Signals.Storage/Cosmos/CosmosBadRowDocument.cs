using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>A bad row as a document: the row compressed, and what it is found by.</summary>
internal static class CosmosBadRowDocument
{
    /// <summary>
    /// Largest row, compressed: in base64, and together with the head of its partition, it has to fit into the 2 MB of a batch. What comes
    /// in is at most 1 MiB and compresses, so that more is an oddity.
    /// </summary>
    private const int MaxBytes = 1_300_000;

    /// <summary>Id of the row at a sequence number.</summary>
    public static string IdOf(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);

    /// <summary>The content as it is kept; of a row that is too large, that of a size violation with its beginning. The kind stays the same.</summary>
    public static ReadOnlyMemory<byte> Compress(in StoredBadRow row)
    {
        var content = Compress(row.Json.Span);
        return content.Length <= MaxBytes
            ? content
            : Compress(BadRow.SizeViolation(MaxBytes, row.Json.Length, $"a bad row ({row.Kind}) that fits into the store", row.Json.Span, row.RecordedAt).Span);
    }

    /// <summary>Writes the document of a row.</summary>
    public static ReadOnlyMemory<byte> Write(string partitionKey, in StoredBadRow row, TimeSpan retention) => CosmosItem.Write(
        IdOf(row.Position.Sequence), partitionKey, (Row: row, Content: Compress(row), Retention: retention), static (json, content) =>
        {
            json.WriteNumber("partition", content.Row.Position.Partition);
            json.WriteNumber("sequence", content.Row.Position.Sequence);
            json.WriteString("kind", content.Row.Kind);
            json.WriteString("schema", content.Row.Schema);
            json.WriteNumber("at", content.Row.RecordedAt.ToUnixTimeMilliseconds());
            json.WriteBase64String("row", content.Content.Span);
            json.WriteNumber("ttl", CosmosItem.TimeToLive(content.Retention));
        });

    /// <summary>Reads a document.</summary>
    public static StoredBadRow Read(JsonElement document) => new(
        // From the id: numbers of documents are doubles to the store.
        new LogPosition(document.GetProperty("partition").GetInt32(), long.Parse(document.GetProperty("id").GetString()!, CultureInfo.InvariantCulture)),
        document.GetProperty("schema").GetString()!,
        Decompress(document.GetProperty("row").GetBytesFromBase64()),
        DateTimeOffset.FromUnixTimeMilliseconds(document.GetProperty("at").GetInt64()));

    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> json)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(json);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    private static ReadOnlyMemory<byte> Decompress(byte[] content)
    {
        using var json = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress))
            gzip.CopyTo(json);
        return json.GetBuffer().AsMemory(0, (int)json.Length);
    }
}
