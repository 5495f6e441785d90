using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>The value of an attribute as it is read: nothing, a scalar, a list or a count per category.</summary>
public sealed class AttributeValue : IEquatable<AttributeValue>
{
    private readonly AttributeType _type;
    private readonly ScalarValue _scalar;
    private readonly ScalarValue[]? _list;
    private readonly KeyValuePair<string, long>[]? _counts;

    private AttributeValue(AttributeType type, ScalarValue scalar, ScalarValue[]? list, KeyValuePair<string, long>[]? counts)
    {
        _type = type;
        _scalar = scalar;
        _list = list;
        _counts = counts;
    }

    /// <summary>No value.</summary>
    public static AttributeValue Missing { get; } = new(AttributeType.String, default, null, null);

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => _scalar.IsMissing && _list is null && _counts is null;

    /// <summary>The scalar; missing for lists and counts.</summary>
    public ScalarValue Scalar => _scalar;

    /// <summary>The members of a list; null when it is none.</summary>
    public IReadOnlyList<ScalarValue>? List => _list;

    /// <summary>The counts per category, highest first; null when it is none.</summary>
    public IReadOnlyList<KeyValuePair<string, long>>? Counts => _counts;

    /// <summary>A scalar that already fits the type; <see cref="Missing"/> when it is missing.</summary>
    public static AttributeValue Of(AttributeType type, in ScalarValue scalar) =>
        scalar.IsMissing ? Missing : new(type, scalar, null, null);

    /// <summary>A list whose members already fit the element type.</summary>
    public static AttributeValue OfList(AttributeType type, ScalarValue[] list) => new(type, default, list, null);

    /// <summary>Counts per category.</summary>
    public static AttributeValue OfCounts(KeyValuePair<string, long>[] counts) => new(AttributeType.Dict, default, null, counts);

    /// <summary>Makes a value of a type out of JSON: a default value or a pushed one. What does not fit is missing.</summary>
    public static AttributeValue FromJson(AttributeType type, JsonElement json)
    {
        if (!ValueCoercion.IsList(type))
            return Of(type, ValueCoercion.Coerce(ScalarOf(json), type));
        if (json.ValueKind != JsonValueKind.Array)
            return Missing;
        var element = ValueCoercion.ElementOf(type);
        return OfList(type, [.. json.EnumerateArray().Select(member => ValueCoercion.Coerce(ScalarOf(member), element)).Where(member => !member.IsMissing)]);
    }

    /// <summary>The scalar as rules compare it: a timestamp as its text. Missing for lists and counts.</summary>
    internal ScalarValue ToComparable() => Comparable(_scalar);

    /// <summary>The members as rules compare them: those of a list, the categories of counts, or the scalar alone.</summary>
    internal IEnumerable<ScalarValue> ComparableMembers() =>
        _list?.Select(Comparable) ?? _counts?.Select(entry => ScalarValue.Of(entry.Key)) ?? [Comparable(_scalar)];

    /// <summary>Writes the value in the JSON form of its type (spec signals-api 14.6); null when missing.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_list is not null)
        {
            writer.WriteStartArray();
            foreach (var member in _list)
                WriteScalar(writer, member, ValueCoercion.ElementOf(_type));
            writer.WriteEndArray();
        }
        else if (_counts is not null)
        {
            writer.WriteStartObject();
            foreach (var (category, count) in _counts)
                writer.WriteNumber(category, count);
            writer.WriteEndObject();
        }
        else
        {
            WriteScalar(writer, _scalar, _type);
        }
    }

    /// <summary>The JSON text of the value.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Two values are equal when they would be written the same.</summary>
    public bool Equals(AttributeValue? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as AttributeValue);

    /// <inheritdoc />
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => ToJson();

    private ScalarValue Comparable(ScalarValue scalar) =>
        _type == AttributeType.Timestamp && scalar.Kind == ScalarKind.Integer ? ScalarValue.Of(TimestampText.Format(scalar.Integer)) : scalar;

    internal static ScalarValue ScalarOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => ScalarValue.Of(json.GetString()!),
        JsonValueKind.Number => NumberText.TryParse(Encoding.ASCII.GetBytes(json.GetRawText()), out var number) ? number : default,
        JsonValueKind.True => ScalarValue.Of(true),
        JsonValueKind.False => ScalarValue.Of(false),
        JsonValueKind.Object => ScalarValue.OfJson(json.GetRawText()),
        _ => default,
    };

    private static void WriteScalar(Utf8JsonWriter writer, in ScalarValue value, AttributeType type)
    {
        switch (value.Kind)
        {
            case ScalarKind.Missing:
                writer.WriteNullValue();
                break;
            case ScalarKind.Boolean:
                writer.WriteBooleanValue(value.Boolean);
                break;
            case ScalarKind.Integer when type == AttributeType.Timestamp:
                writer.WriteStringValue(TimestampText.Format(value.Integer));
                break;
            case ScalarKind.Integer:
                writer.WriteNumberValue(value.Integer);
                break;
            case ScalarKind.Decimal:
            case ScalarKind.Double:
                WriteReal(writer, value.Number, type);
                break;
            case ScalarKind.Json:
                writer.WriteRawValue(value.Text, skipInputValidation: true);
                break;
            case ScalarKind.Text when type == AttributeType.Bytes:
                writer.WriteBase64StringValue(Encoding.UTF8.GetBytes(value.Text));
                break;
            default:
                writer.WriteStringValue(value.Text);
                break;
        }
    }

    /// <summary>Whole numbers keep a fraction (<c>250.0</c>), so that clients with integers see that this is none.</summary>
    private static void WriteReal(Utf8JsonWriter writer, double value, AttributeType type)
    {
        Span<char> text = stackalloc char[40];
        var written = 0;
        _ = type == AttributeType.Float
            ? ((float)value).TryFormat(text, out written, "R", CultureInfo.InvariantCulture)
            : value.TryFormat(text, out written, "R", CultureInfo.InvariantCulture);
        if (text[..written].IndexOfAny('.', 'E') < 0)
        {
            ".0".CopyTo(text[written..]);
            written += 2;
        }
        writer.WriteRawValue(text[..written], skipInputValidation: true);
    }
}
