using System.Text;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>Derives the four event type columns where a producer left them empty (spec enriched-events, section 5).</summary>
internal static class EventTypeKey
{
    private static ReadOnlySpan<byte> UriStart => "iglu:"u8;

    /// <summary>The key derived from the columns <c>event</c> and <c>unstruct_event</c>, or <paramref name="given"/> when that fails.</summary>
    public static ReadOnlySpan<byte> Derive(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> given, Span<byte> scratch)
    {
        if (kind.SequenceEqual("page_view"u8))
            return "com.snowplowanalytics.snowplow\tpage_view\tjsonschema\t1-0-0"u8;
        if (kind.SequenceEqual("page_ping"u8))
            return "com.snowplowanalytics.snowplow\tpage_ping\tjsonschema\t1-0-0"u8;
        if (kind.SequenceEqual("struct"u8))
            return "com.google.analytics\tevent\tjsonschema\t1-0-0"u8;
        if (kind.SequenceEqual("transaction"u8))
            return "com.snowplowanalytics.snowplow\ttransaction\tjsonschema\t1-0-0"u8;
        if (kind.SequenceEqual("transaction_item"u8))
            return "com.snowplowanalytics.snowplow\ttransaction_item\tjsonschema\t1-0-0"u8;
        if (kind.SequenceEqual("unstruct"u8))
            return FromPayload(payload, given, scratch);
        return given;
    }

    private static ReadOnlySpan<byte> FromPayload(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> given, Span<byte> scratch)
    {
        try
        {
            var reader = new Utf8JsonReader(envelope);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 2 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("schema"u8))
                    continue;
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > scratch.Length)
                    return given;
                var uri = scratch[..reader.CopyString(scratch)];
                if (!uri.StartsWith(UriStart) || uri.Count((byte)'/') != 3)
                    return given;
                var key = uri[UriStart.Length..];
                key.Replace((byte)'/', (byte)'\t');
                return key;
            }
        }
        catch (JsonException)
        {
            return given;
        }
        return given;
    }
}
