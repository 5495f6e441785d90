using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>One of the <c>messages</c> of a bad row (spec enriched-events, section 13.2).</summary>
internal abstract record BadRowMessage
{
    /// <summary>Longest value in characters; what is longer is cut.</summary>
    public const int MaxValueLength = 4096;

    /// <summary>Longest error text in characters.</summary>
    public const int MaxErrorLength = 512;

    private const string AtomicSchema = "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0";

    /// <summary>A field that should be something else.</summary>
    public static BadRowMessage Expected(string field, string? value, string expectation) => new FieldExpectation(field, value, expectation);

    /// <summary>A field whose embedded text cannot be read.</summary>
    public static BadRowMessage Unreadable(string field, string? value, string error) => new FieldFault(field, value, error);

    /// <summary>An error that belongs to no field.</summary>
    public static BadRowMessage Error(string error) => new PlainError(error);

    /// <summary>JSON that is not self-describing.</summary>
    /// <param name="json">The JSON; any text will do.</param>
    /// <param name="code"><c>INVALID_IGLUURI</c>, <c>INVALID_SCHEMAVER</c>, <c>INVALID_DATA_PAYLOAD</c> or <c>INVALID_SCHEMA</c>.</param>
    public static BadRowMessage NotSelfDescribing(string json, string code) => new InvalidSelfDescribing(json, code);

    /// <summary>A self-describing JSON of another schema than expected.</summary>
    public static BadRowMessage WrongSchema(string schemaKey, string criterion) => new SchemaMismatch(schemaKey, criterion);

    /// <summary>JSON that breaks its schema.</summary>
    public static BadRowMessage Invalid(string schemaKey, string message, string? path, string? keyword) =>
        new SchemaReport(schemaKey, message, path, keyword);

    /// <summary>A tracker parameter that cannot be converted. The value is not repeated in the message.</summary>
    public static BadRowMessage CannotConvert(string parameter, string expectation) =>
        new SchemaReport(AtomicSchema, expectation, parameter, "atomic_field_parse_error");

    /// <summary>A column that would be longer than it may be.</summary>
    public static BadRowMessage TooLong(AtomicColumn column) =>
        new SchemaReport(AtomicSchema, $"Field {column.Name} is longer than the maximum allowed {column.MaxLength} characters", column.Name, "atomic_field_length_exceeded");

    public abstract void Write(Utf8JsonWriter json);

    private sealed record FieldExpectation(string Field, string? Value, string Expectation) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("field", Field, 64);
            json.WriteCut("value", Value, MaxValueLength);
            json.WriteCut("expectation", Expectation, 256);
            json.WriteEndObject();
        }
    }

    private sealed record FieldFault(string Field, string? Value, string Fault) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("field", Field, 64);
            json.WriteCut("value", Value, MaxValueLength);
            json.WriteCut("error", Fault, MaxErrorLength);
            json.WriteEndObject();
        }
    }

    private sealed record PlainError(string Text) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("error", Text, MaxErrorLength);
            json.WriteEndObject();
        }
    }

    private sealed record InvalidSelfDescribing(string Json, string Code) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("json", Json, MaxValueLength);
            json.WriteString("error", Code);
            json.WriteEndObject();
        }
    }

    private sealed record SchemaMismatch(string SchemaKey, string Criterion) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("schemaKey", SchemaKey, MaxErrorLength);
            json.WriteString("schemaCriterion", Criterion);
            json.WriteEndObject();
        }
    }

    private sealed record SchemaReport(string SchemaKey, string Message, string? Path, string? Keyword) : BadRowMessage
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteCut("schemaKey", SchemaKey, MaxErrorLength);
            json.WriteStartObject("error");
            json.WriteString("error", "ValidationError");
            json.WriteStartArray("dataReports");
            json.WriteStartObject();
            json.WriteCut("message", Message, MaxErrorLength);
            json.WriteCut("path", Path, MaxErrorLength);
            json.WriteCut("keyword", Keyword, 64);
            json.WriteStartArray("targets");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
