namespace Signals.Engine.Events;

/// <summary>Derives the four event type columns where a producer left them empty (spec enriched-events, section 5).</summary>
internal static class EventTypeKey
{
    private static ReadOnlySpan<byte> UriStart => "iglu:"u8;

    /// <summary>The key that belongs to a value of <c>event</c>; empty for <c>unstruct</c> and for unknown values.</summary>
    public static ReadOnlySpan<byte> OfBuiltIn(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("page_view"u8) ? "com.snowplowanalytics.snowplow\tpage_view\tjsonschema\t1-0-0"u8
        : kind.SequenceEqual("page_ping"u8) ? "com.snowplowanalytics.snowplow\tpage_ping\tjsonschema\t1-0-0"u8
        : kind.SequenceEqual("struct"u8) ? "com.google.analytics\tevent\tjsonschema\t1-0-0"u8
        : kind.SequenceEqual("transaction"u8) ? "com.snowplowanalytics.snowplow\ttransaction\tjsonschema\t1-0-0"u8
        : kind.SequenceEqual("transaction_item"u8) ? "com.snowplowanalytics.snowplow\ttransaction_item\tjsonschema\t1-0-0"u8
        : default;

    /// <summary>The key of a self-describing event, taken from the schema of its payload.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where <c>unstruct_event</c> starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="scratch">Room for the key.</param>
    /// <param name="key">The key, in the scratch.</param>
    public static bool TryOfPayload(ReadOnlySpan<byte> line, int start, int end, Span<byte> scratch, out ReadOnlySpan<byte> key)
    {
        key = default;
        var json = new JsonScanner(line, end);
        var data = FindMember(ref json, start, "data"u8);
        var schema = data < 0 ? data : FindMember(ref json, data, "schema"u8);
        if (schema < 0 || json.At(schema) != '"')
            return false;
        var schemaEnd = json.StringEnd(schema + 1, out _);
        if (schemaEnd < 0 || schemaEnd - schema > scratch.Length || !JsonText.TryUnescape(json.Slice(schema + 1, schemaEnd), scratch, out var length))
            return false;
        var uri = scratch[..length];
        if (!uri.StartsWith(UriStart) || uri.Count((byte)'/') != 3)
            return false;
        uri = uri[UriStart.Length..];
        uri.Replace((byte)'/', (byte)'\t');
        key = uri;
        return true;
    }

    /// <summary>The offset of the value of a member of the object at an offset; negative when there is none or the JSON is broken.</summary>
    public static int FindMember(ref JsonScanner json, int offset, ReadOnlySpan<byte> wanted)
    {
        offset = json.SkipSpace(offset);
        if (json.At(offset) != '{')
            return -1;
        do
        {
            var name = json.SkipSpace(offset + 1);
            offset = json.SkipName(name, out var nameEnd, out _);
            if (offset < 0 || json.Slice(name + 1, nameEnd).SequenceEqual(wanted))
                return offset;
            offset = json.ValueEnd(offset, 1);
            if (offset < 0)
                return -1;
            offset = json.SkipSpace(offset);
        }
        while (json.At(offset) == ',');
        return -1;
    }
}
