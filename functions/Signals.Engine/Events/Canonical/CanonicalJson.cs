using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Engine.Events;

/// <summary>The JSON form of enriched events that the Analytics SDKs and the loaders use (spec enriched-events, section 11).</summary>
public static class CanonicalJson
{
    // One level of the line is the envelope that the JSON form does not have.
    private const int MaxDepth = JsonScanner.MaxDepth - 1;

    private static readonly int Latitude = AtomicColumns.IndexOf("geo_latitude");
    private static readonly int Longitude = AtomicColumns.IndexOf("geo_longitude");

    /// <summary>
    /// Turns one event into a line. Takes the canonical form of every SDK and the lossless form. The members of entities and payloads
    /// do not tell their Iglu URI: it becomes <c>iglu:~/…</c> with the name of the member, or the URI in the event type columns
    /// where these fit. All entities go to <c>contexts</c>. <c>geo_location</c> is left out; any other unknown member is an error.
    /// </summary>
    /// <param name="json">The event, one object of any size; nested no deeper than 63.</param>
    /// <param name="line">Takes the line, without a line end. Nothing is written on failure.</param>
    /// <param name="error">What is wrong, naming the member.</param>
    public static bool TryToLine(ReadOnlySpan<byte> json, IBufferWriter<byte> line, out string error)
    {
        error = "The event is not valid UTF-8";
        if (!Utf8.IsValid(json))
            return false;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            var columns = new CanonicalColumns(json);
            if (!columns.TryRead(ref reader, out error))
                return false;
            columns.WriteLine(line);
            return true;
        }
        catch (JsonException exception)
        {
            error = $"The event is not valid JSON: {exception.Message}";
            return false;
        }
    }

    /// <summary>
    /// Writes an event as one object in canonical form, by the rules of the Scala SDK without its <c>_schema_version</c>: empty columns
    /// are null, <c>geo_location</c> joins latitude and longitude. Entities of one type share an array; as in the SDKs, those of
    /// <c>derived_contexts</c> replace those of <c>contexts</c> of the same type.
    /// </summary>
    /// <param name="enriched">The event.</param>
    /// <param name="writer">Where to write.</param>
    /// <exception cref="JsonException">A JSON column is broken or holds something that is not self-describing.</exception>
    public static void Write(in EnrichedEvent enriched, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (enriched.LengthOf(Latitude) > 0 && enriched.LengthOf(Longitude) > 0)
            writer.WriteString("geo_location", [.. enriched[Latitude], (byte)',', .. enriched[Longitude]]);
        for (var i = 0; i < AtomicColumns.Count; i++)
            if (AtomicColumns.All[i] is var column && column.Type != AtomicColumnType.Json)
                WriteColumn(writer, column, enriched[i]);

        foreach (var (member, data) in ReadMembers(enriched[AtomicColumns.UnstructEvent], SchemaMember.EventPrefix, entities: false))
            WriteRaw(writer, member, data);
        var derived = ReadMembers(enriched[AtomicColumns.DerivedContexts], SchemaMember.EntityPrefix, entities: true).ToLookup(entity => entity.Member);
        var tracked = ReadMembers(enriched[AtomicColumns.Contexts], SchemaMember.EntityPrefix, entities: true).ToLookup(entity => entity.Member);
        foreach (var type in tracked.Where(type => !derived.Contains(type.Key)).Concat(derived))
        {
            writer.WriteStartArray(type.Key);
            foreach (var (_, data) in type)
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(data), skipInputValidation: true);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteColumn(Utf8JsonWriter writer, AtomicColumn column, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            writer.WriteNull(column.Name);
            return;
        }
        switch (column.Type)
        {
            case AtomicColumnType.Boolean:
                writer.WriteBoolean(column.Name, text[0] == '1');
                break;
            case AtomicColumnType.Timestamp:
                writer.WriteString(column.Name, [.. text[..10], (byte)'T', .. text[11..], (byte)'Z']);
                break;
            case AtomicColumnType.Int32 or AtomicColumnType.Decimal or AtomicColumnType.Float:
                writer.WritePropertyName(column.Name);
                if (JsonText.IsNumber(text))
                    writer.WriteRawValue(text, skipInputValidation: true);
                else
                    writer.WriteNumberValue(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteString(column.Name, text);
                break;
        }
    }

    private static List<(string Member, JsonElement Data)> ReadMembers(ReadOnlySpan<byte> column, string prefix, bool entities)
    {
        var members = new List<(string, JsonElement)>();
        if (column.IsEmpty)
            return members;
        var reader = new Utf8JsonReader(column);
        var root = JsonElement.ParseValue(ref reader);
        if (SelfDescribingJson.Member(root, "data"u8) is not { } data || data.ValueKind == JsonValueKind.Null)
            return members;
        if (entities && data.ValueKind != JsonValueKind.Array)
            throw new JsonException("The data of an envelope of entities is not an array.");
        IEnumerable<JsonElement> items = entities ? data.EnumerateArray() : [data];
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.Object
                || SelfDescribingJson.Member(item, "schema"u8) is not { ValueKind: JsonValueKind.String } schema
                || SelfDescribingJson.Member(item, "data"u8) is not { } inner
                || SchemaMember.OfUri(SelfDescribingJson.TextOf(schema)) is not { } member)
                throw new JsonException("An entity or event payload is not a self-describing JSON.");
            members.Add((prefix + member, inner));
        }
        return members;
    }

    private static void WriteRaw(Utf8JsonWriter writer, string member, JsonElement data)
    {
        writer.WritePropertyName(member.WithoutLoneSurrogates());
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(data), skipInputValidation: true);
    }
}
