using System.Buffers;
using System.Text.Json;
using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>A body that a client sent, taken apart: what the service looks at, and the rest without system properties.</summary>
internal sealed record ItemContent(string Id, PartitionKeyValue PartitionKey, int? TimeToLive, int IndexedPaths, byte[] Properties)
{
    public const int MaximumBytes = 2 * 1024 * 1024;
    private const int MaximumIdBytes = 1023;

    /// <summary>Reads a body; null and the reason if the service would refuse it.</summary>
    public static ItemContent? Parse(ReadOnlySpan<byte> body, PartitionKeyPath path, IndexingPolicy indexing, out string? error)
    {
        try
        {
            return Read(body, path, indexing, out error);
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            error = "The request payload is invalid. Ensure to provide a valid request payload. " + invalid.Message;
            return null;
        }
    }

    private static ItemContent? Read(ReadOnlySpan<byte> body, PartitionKeyPath path, IndexingPolicy indexing, out string? error)
    {
        error = "The input content is invalid because it is not one JSON object.";
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 128 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;

        string? id = null;
        var key = PartitionKeyValue.Undefined;
        int? timeToLive = null;
        var properties = new ArrayBufferWriter<byte>(body.Length);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isSystem = IsSystemProperty(ref reader);
            var isId = reader.ValueTextEquals("id"u8);
            var isTimeToLive = reader.ValueTextEquals("ttl"u8);
            var isKey = path.StartsAt(ref reader);
            reader.Read();
            if (isId && !TryReadId(ref reader, out id, out error)) return null;
            if (isTimeToLive && !TryReadTimeToLive(ref reader, out timeToLive, out error)) return null;
            if (isKey && !path.TryReadValue(reader, out key))
            {
                error = "Partition key value must be a string of at most 2 KB, a number, a boolean or null.";
                return null;
            }

            reader.Skip();
            if (isSystem) continue;
            if (properties.WrittenCount > 0) properties.Write(","u8);
            properties.Write(body[start..(int)reader.BytesConsumed]);
        }

        if (reader.Read()) return null;
        if (id is null)
        {
            error = "The input content is invalid because the required properties - 'id; ' - are missing";
            return null;
        }

        error = null;
        return new ItemContent(id, key, timeToLive, indexing.CountPaths(body), properties.WrittenSpan.ToArray());
    }

    private static bool IsSystemProperty(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("_rid"u8) || reader.ValueTextEquals("_self"u8) || reader.ValueTextEquals("_etag"u8)
        || reader.ValueTextEquals("_ts"u8) || reader.ValueTextEquals("_attachments"u8) || reader.ValueTextEquals("_lsn"u8);

    private static bool TryReadId(ref Utf8JsonReader reader, out string? id, out string? error)
    {
        id = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        error = id switch
        {
            null => "The input content is invalid because the property 'id' is not a string.",
            "" => "The input content is invalid because the property 'id' is empty.",
            _ when reader.ValueSpan.Length > MaximumIdBytes => "The property 'id' is longer than 1023 bytes.",
            _ when id.AsSpan().ContainsAny("/\\?#") => "The property 'id' contains one of the characters '/', '\\', '?', '#'.",
            _ => null,
        };
        return error is null;
    }

    private static bool TryReadTimeToLive(ref Utf8JsonReader reader, out int? seconds, out string? error)
    {
        seconds = null;
        error = null;
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) && value is -1 or > 0)
        {
            seconds = reader.GetInt32();
            return true;
        }

        error = "The input ttl is invalid. Ttl must be a positive integer or -1.";
        return false;
    }
}
