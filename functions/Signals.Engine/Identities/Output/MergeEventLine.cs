using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Writes merge events as enriched lines (spec identities, 7.2). The same merge event is the same line, byte for byte.</summary>
public static class MergeEventLine
{
    private const string Vendor = "com.snowplowanalytics.snowplow";
    private const string Name = "identity_merge";
    private const string Version = "2-0-0";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Program = $"{BadRow.Artifact}-{BadRow.Version}";

    /// <summary>Writes the line without a line end.</summary>
    public static void Write(MergeEvent merge, IBufferWriter<byte> output)
    {
        var payload = Encoding.UTF8.GetString(Payload(merge));
        var recordedAt = merge.RecordedAt.ToColumnText();
        var columns = new string[AtomicColumns.Count];
        Array.Fill(columns, "");
        columns[AtomicColumns.AppId] = merge.AppId.AsSpan().ContainsAny('\t', '\n', '\r') ? new string([.. merge.AppId.Select(Plain)]) : merge.AppId;
        columns[AtomicColumns.Platform] = "srv";
        columns[AtomicColumns.EtlTstamp] = recordedAt;
        columns[AtomicColumns.CollectorTstamp] = recordedAt;
        columns[AtomicColumns.Event] = "unstruct";
        columns[AtomicColumns.EventId] = merge.EventId;
        columns[AtomicColumns.IndexOf("v_tracker")] = Program;
        columns[AtomicColumns.VCollector] = Program;
        columns[AtomicColumns.VEtl] = Program;
        columns[AtomicColumns.UnstructEvent] =
            $$$"""{"schema":"iglu:{{{Vendor}}}/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:{{{Vendor}}}/{{{Name}}}/jsonschema/{{{Version}}}","data":{{{payload}}}}}""";
        columns[AtomicColumns.DerivedTstamp] = merge.MergedAt.ToColumnText();
        columns[AtomicColumns.EventVendor] = Vendor;
        columns[AtomicColumns.EventName] = Name;
        columns[AtomicColumns.EventFormat] = "jsonschema";
        columns[AtomicColumns.EventVersion] = Version;
        output.Write(Encoding.UTF8.GetBytes(string.Join('\t', columns)));
    }

    /// <summary>Lines cannot hold what they are built of.</summary>
    private static char Plain(char c) => c is '\t' or '\n' or '\r' ? ' ' : c;

    /// <summary>The line without a line end.</summary>
    public static byte[] ToBytes(MergeEvent merge)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Write(merge, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The payload of schema <c>identity_merge/2-0-0</c>, in UTF-8.</summary>
    public static byte[] Payload(MergeEvent merge)
    {
        var output = new ArrayBufferWriter<byte>(256 + 160 * merge.Merged.Length);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("snowplow_id", merge.Id.ToString());
            json.WriteString("created_at", IdentityText.Time(merge.CreatedAt));
            json.WriteStartArray("merges");
            foreach (var child in merge.Merged)
                json.WriteStringValue(child.Id.ToString());
            json.WriteEndArray();
            json.WriteStartArray("merged");
            foreach (var child in merge.Merged)
            {
                json.WriteStartObject();
                json.WriteString("snowplow_id", child.Id.ToString());
                json.WriteString("created_at", IdentityText.Time(child.CreatedAt));
                json.WriteString("merged_at", IdentityText.Time(child.MergedAt));
                json.WriteString("triggering_event_id", child.EventId);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }
}
