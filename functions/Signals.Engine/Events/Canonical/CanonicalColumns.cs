using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>Collects the columns of one event from its JSON form.</summary>
internal ref struct CanonicalColumns
{
    private const string UnstructEnvelope = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0";
    private const string ContextsEnvelope = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1";

    private readonly ReadOnlySpan<byte> _json;
    private readonly Range[] _columns = new Range[AtomicColumns.Count];
    private readonly ArrayBufferWriter<byte> _text;
    private ArrayBufferWriter<byte>? _entities;
    private string? _payloadMember;
    private Range _payload;

    public CanonicalColumns(ReadOnlySpan<byte> json)
    {
        _json = json;
        _text = new ArrayBufferWriter<byte>(Math.Max(json.Length, 256));
    }

    /// <summary>Reads the object. False when it cannot become a line.</summary>
    /// <exception cref="JsonException">It is not valid JSON.</exception>
    public bool TryRead(ref Utf8JsonReader reader, out string error)
    {
        error = "The event is not an object";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonText.ToString(reader.ValueSpan)) : reader.ValueSpan;
            reader.Read();
            if (!TryReadMember(name, ref reader, out error))
                return false;
        }
        // reads to the end, so that text after the object is found
        while (reader.Read())
        {
        }
        return TryFinish(out error);
    }

    /// <summary>Writes the line.</summary>
    public readonly void WriteLine(IBufferWriter<byte> line)
    {
        for (var i = 0; i < AtomicColumns.Count; i++)
        {
            if (i > 0)
                line.Write("\t"u8);
            line.Write(_text.WrittenSpan[_columns[i]]);
        }
    }

    private bool TryReadMember(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, out string error)
    {
        error = "";
        var column = AtomicColumns.IndexOf(name);
        if (column >= 0)
        {
            var start = _text.WrittenCount;
            var fits = AtomicColumns.All[column].Type == AtomicColumnType.Json
                ? TryReadJson(ref reader)
                : TryReadScalar(ref reader, AtomicColumns.All[column].Type);
            var range = start.._text.WrittenCount;
            var text = _text.WrittenSpan[range];
            if (fits && (text.IsEmpty || ColumnText.Fits(AtomicColumns.All[column].Type, text)))
            {
                _columns[column] = range;
                return true;
            }
            error = $"{AtomicColumns.All[column].Name}: the value is not of type {AtomicColumns.All[column].Type.ToString().ToLowerInvariant()}";
            return false;
        }
        if (name.StartsWith("contexts_"u8) && TrySplitMember(name["contexts_"u8.Length..], out var entity, out var model))
            return TryReadEntities(name, entity, model, ref reader, out error);
        if (name.StartsWith("unstruct_event_"u8) && TrySplitMember(name["unstruct_event_"u8.Length..], out _, out _))
            return TryReadPayload(name, ref reader, out error);
        if (name.SequenceEqual("geo_location"u8))
        {
            reader.Skip();
            return true;
        }
        error = $"{NameOf(name)}: an enriched event has no such member";
        return false;
    }

    private readonly bool TryReadScalar(ref Utf8JsonReader reader, AtomicColumnType type)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.True or JsonTokenType.False when type == AtomicColumnType.Boolean:
                _text.Write(reader.TokenType == JsonTokenType.True ? "1"u8 : "0"u8);
                return true;
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Number:
                _text.Write(reader.ValueSpan);
                return true;
            case JsonTokenType.String:
                return TryReadText(reader.ValueSpan, type);
            default:
                return false;
        }
    }

    private readonly bool TryReadText(ReadOnlySpan<byte> escaped, AtomicColumnType type)
    {
        var room = _text.GetSpan(escaped.Length + 1);
        if (!JsonText.TryUnescape(escaped, room, out var length))
            return false;
        var text = room[..length];
        if (type == AtomicColumnType.Boolean && (text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8)))
        {
            _text.Write(text[0] == 't' ? "1"u8 : "0"u8);
            return true;
        }
        if (type == AtomicColumnType.Timestamp)
        {
            if (text.EndsWith("Z"u8))
                text = text[..^1];
            if (text.Length > 10 && text[10] == 'T')
                text[10] = (byte)' ';
        }
        if (text.ContainsAnyInRange((byte)0, (byte)0x1F) || text.Contains((byte)0x7F))
            _text.Write(Encoding.UTF8.GetBytes(TrackerEvent.Clean(Encoding.UTF8.GetString(text))));
        else
            _text.Advance(text.Length);
        return true;
    }

    /// <summary>Reads a JSON column of the lossless form, where it is an object, or of the payload of a bad row, where it is text.</summary>
    private readonly bool TryReadJson(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.StartObject:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                WriteJson(_json[start..(int)reader.BytesConsumed]);
                return true;
            case JsonTokenType.String:
                var column = Encoding.UTF8.GetBytes(JsonText.ToString(reader.ValueSpan));
                if (column.Length > 0 && (column[0] != '{' || !JsonText.IsValid(column)))
                    return false;
                WriteJson(column);
                return true;
            default:
                return false;
        }
    }

    private readonly void WriteJson(ReadOnlySpan<byte> json)
    {
        // The lossless form says {} for no entities.
        if (json.IndexOfAnyExcept("{} \t\r\n"u8) >= 0)
            JsonText.Compact(json, _text);
    }

    private bool TryReadEntities(ReadOnlySpan<byte> name, ReadOnlySpan<byte> member, int model, ref Utf8JsonReader reader, out string error)
    {
        error = "";
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        error = $"{NameOf(name)}: expected an array of objects";
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return false;
            AppendEntity(member, model, ref reader);
        }
        error = "";
        return true;
    }

    private void AppendEntity(ReadOnlySpan<byte> member, int model, ref Utf8JsonReader reader)
    {
        var version = $"{model}-0-0";
        var data = new ArrayBufferWriter<byte>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isVersion = reader.ValueTextEquals("_schema_version"u8);
            reader.Read();
            if (isVersion && reader.TokenType == JsonTokenType.String)
            {
                version = VersionOf(reader.ValueSpan, model) ?? version;
                continue;
            }
            reader.Skip();
            if (data.WrittenCount > 0)
                data.Write(","u8);
            JsonText.Compact(_json[start..(int)reader.BytesConsumed], data);
        }

        if (_entities is null)
            _entities = new ArrayBufferWriter<byte>();
        else
            _entities.Write(","u8);
        Write(_entities, $"{{\"schema\":\"{SchemaMember.MemberUriStart}{Escape(member)}/jsonschema/{version}\",\"data\":{{");
        _entities.Write(data.WrittenSpan);
        _entities.Write("}}"u8);
    }

    private bool TryReadPayload(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, out string error)
    {
        error = "";
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartObject || _payloadMember is not null)
        {
            error = $"{NameOf(name)}: expected one object, and one payload in an event";
            return false;
        }
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var written = _text.WrittenCount;
        JsonText.Compact(_json[start..(int)reader.BytesConsumed], _text);
        _payload = written.._text.WrittenCount;
        _payloadMember = Encoding.UTF8.GetString(name["unstruct_event_"u8.Length..]);
        return true;
    }

    private bool TryFinish(out string error)
    {
        error = "unstruct_event: the event has two payloads";
        if (_payloadMember is not null)
        {
            if (!IsEmpty(AtomicColumns.UnstructEvent))
                return false;
            var start = _text.WrittenCount;
            var data = _text.WrittenSpan[_payload].ToArray();
            Write(_text, $"{{\"schema\":\"{UnstructEnvelope}\",\"data\":{{\"schema\":\"{UriOfPayload(_payloadMember)}\",\"data\":");
            _text.Write(data);
            _text.Write("}}"u8);
            _columns[AtomicColumns.UnstructEvent] = start.._text.WrittenCount;
        }
        error = "contexts: the event has its entities twice";
        if (_entities is not null)
        {
            if (!IsEmpty(AtomicColumns.Contexts))
                return false;
            var start = _text.WrittenCount;
            Write(_text, $"{{\"schema\":\"{ContextsEnvelope}\",\"data\":[");
            _text.Write(_entities.WrittenSpan);
            _text.Write("]}"u8);
            _columns[AtomicColumns.Contexts] = start.._text.WrittenCount;
        }
        error = "";
        return true;
    }

    /// <summary>The URI that the event type columns name, if it has this member name; else the one made of the member name.</summary>
    private readonly string UriOfPayload(string member)
    {
        var uri = $"iglu:{TextOf(AtomicColumns.EventVendor)}/{TextOf(AtomicColumns.EventName)}/{TextOf(AtomicColumns.EventFormat)}/{TextOf(AtomicColumns.EventVersion)}";
        if (IgluUri.TryParse(uri, out _, out _) && SchemaMember.OfUri(uri) == member)
            return uri;
        TrySplitMember(Encoding.UTF8.GetBytes(member), out var name, out var model);
        return $"{SchemaMember.MemberUriStart}{Escape(name)}/jsonschema/{model}-0-0";
    }

    private readonly bool IsEmpty(int column) => _text.WrittenSpan[_columns[column]].IsEmpty;

    private readonly string TextOf(int column) => Encoding.UTF8.GetString(_text.WrittenSpan[_columns[column]]);

    private static bool TrySplitMember(ReadOnlySpan<byte> member, out ReadOnlySpan<byte> name, out int model)
    {
        var cut = member.LastIndexOf((byte)'_');
        name = cut > 0 ? member[..cut] : default;
        model = 0;
        return cut > 0 && member.Length - cut is > 1 and <= 10 && member[cut + 1] != '-'
            && Utf8Parser.TryParse(member[(cut + 1)..], out model, out var used) && used == member.Length - cut - 1;
    }

    private static string? VersionOf(ReadOnlySpan<byte> text, int model)
    {
        var version = JsonText.ToString(text);
        return IgluUri.TryParse($"iglu:a/a/a/{version}", out var uri, out _) && uri.Model == model ? version : null;
    }

    private static string Escape(ReadOnlySpan<byte> member) => JsonEncodedText.Encode(member).ToString();

    private static string NameOf(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name[..Math.Min(name.Length, 128)]);

    private static void Write(ArrayBufferWriter<byte> target, string text) => Encoding.UTF8.GetBytes(text, target);
}
