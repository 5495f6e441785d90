using System.Globalization;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>The payload objects of bad rows of the collector (spec enriched-events, section 13.2), cut to the lengths of their schemas.</summary>
internal static class CollectorPayloadJson
{
    public const int MaxVendor = 64;
    public const int MaxVersion = 16;
    private const int MaxParameter = 512;
    private const int MaxHeader = 8192;
    private const int MaxHeaders = 32 * 1024;
    private const int MaxItems = 1000;

    /// <summary>Writes a request as <c>collector payload</c>.</summary>
    public static void Write(Utf8JsonWriter json, CollectorRequest request)
    {
        json.WriteStartObject();
        WriteOrigin(json, request);
        json.WriteStartArray("querystring");
        foreach (var (name, value) in QueryText.Parse(request.Query).Take(MaxItems))
            WriteParameter(json, name, value);
        json.WriteEndArray();
        if (request.Body.IsEmpty)
            json.WriteNull("body");
        else
            json.WriteText("body", request.Body.Span.CutUtf8(BadRow.MaxPayloadBytes));
        json.WriteString("collector", BadRow.Artifact);
        json.WriteString("networkUserId", UuidOrNull(request.NetworkUserId));
        json.WriteEndObject();
    }

    /// <summary>Writes the parameters of one event as <c>raw</c>.</summary>
    public static void WriteRaw(Utf8JsonWriter json, CollectorRequest request, TrackerEvent partial)
    {
        json.WriteStartObject();
        WriteOrigin(json, request);
        json.WriteStartArray("parameters");
        foreach (var (name, value) in partial.Parameters.Take(MaxItems))
            WriteParameter(json, name, value);
        json.WriteEndArray();
        json.WriteString("loaderName", BadRow.Artifact);
        json.WriteString("userId", UuidOrNull(request.NetworkUserId));
        json.WriteEndObject();
    }

    /// <summary>Writes an event as far as it got: columns by name, JSON columns and decimals as text.</summary>
    public static void WriteEnriched(Utf8JsonWriter json, TrackerEvent partial)
    {
        json.WriteStartObject();
        for (var i = 0; i < AtomicColumns.Count; i++)
        {
            var column = AtomicColumns.All[i];
            var text = partial[i];
            if (text is not null && column.Type is AtomicColumnType.Int32 or AtomicColumnType.Boolean && i != TransactionId
                && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                json.WriteNumber(column.Name, number);
            else
                json.WriteCut(column.Name, text, BadRow.MaxPayloadBytes);
        }
        json.WriteEndObject();
    }

    // The schema of schema_violations has txn_id as text.
    private static int TransactionId { get; } = AtomicColumns.IndexOf("txn_id");

    private static void WriteOrigin(Utf8JsonWriter json, CollectorRequest request)
    {
        json.WriteCut("vendor", request.Vendor, MaxVendor);
        json.WriteCut("version", request.Version, MaxVersion);
        json.WriteCut("contentType", request.ContentType, 256);
        json.WriteString("encoding", "UTF-8");
        json.WriteCut("hostname", NullIfEmpty(request.Hostname), 8192);
        json.WriteString("timestamp", BadRow.Text(request.ReceivedAt));
        json.WriteCut("ipAddress", NullIfEmpty(request.IpAddress), 128);
        json.WriteCut("useragent", NullIfEmpty(request.UserAgent), 4096);
        json.WriteCut("refererUri", NullIfEmpty(request.Referer), 8192);
        json.WriteStartArray("headers");
        // All of them together are bounded, too: they are repeated with every event of a request that fails.
        var room = MaxHeaders;
        foreach (var header in request.Headers)
            if ((room -= Math.Min(header.Length, MaxHeader)) >= 0)
                json.WriteStringValue(header.Cut(MaxHeader));
        json.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteCut("name", name, MaxParameter);
        json.WriteCut("value", value, MaxParameter);
        json.WriteEndObject();
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? UuidOrNull(string text) => Guid.TryParseExact(text, "D", out var id) ? id.ToString() : null;
}
