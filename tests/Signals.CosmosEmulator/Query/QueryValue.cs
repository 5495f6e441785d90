using System.Text.Json;

namespace Signals.CosmosEmulator.Query;

/// <summary>The kinds of value in the order in which they sort among each other.</summary>
internal enum QueryValueKind
{
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A value while a query runs. Undefined is what a path gives that leads nowhere, and what comparing different kinds gives.</summary>
internal readonly record struct QueryValue(QueryValueKind Kind, double Number = 0, string Text = "", JsonElement Json = default)
{
    public static readonly QueryValue Undefined = new(QueryValueKind.Undefined);
    public static readonly QueryValue True = new(QueryValueKind.Boolean, 1);
    public static readonly QueryValue False = new(QueryValueKind.Boolean);

    public bool IsTrue => Kind == QueryValueKind.Boolean && Number != 0;
    public bool IsFalse => Kind == QueryValueKind.Boolean && Number == 0;

    public static QueryValue Of(bool value) => value ? True : False;

    public static QueryValue Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => new QueryValue(QueryValueKind.Null),
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => new QueryValue(QueryValueKind.Number, json.GetDouble(), Json: json),
        JsonValueKind.String => new QueryValue(QueryValueKind.String, Text: json.GetString()!),
        JsonValueKind.Array => new QueryValue(QueryValueKind.Array, Json: json),
        JsonValueKind.Object => new QueryValue(QueryValueKind.Object, Json: json),
        _ => Undefined,
    };

    public QueryValue Member(string name) =>
        Kind == QueryValueKind.Object && Json.TryGetProperty(name, out var member) ? Of(member) : Undefined;

    public QueryValue Element(int index) =>
        Kind == QueryValueKind.Array && index < Json.GetArrayLength() ? Of(Json[index]) : Undefined;

    /// <summary>Equality as the query language has it; undefined if the kinds differ.</summary>
    public QueryValue IsEqualTo(QueryValue other)
    {
        if (Kind == QueryValueKind.Undefined || other.Kind == QueryValueKind.Undefined || Kind != other.Kind) return Undefined;
        return Of(Kind is QueryValueKind.Array or QueryValueKind.Object ? JsonElement.DeepEquals(Json, other.Json) : SortsBefore(other) == 0);
    }

    /// <summary>Order within a kind; null if the kinds differ or have none.</summary>
    public int? CompareWith(QueryValue other) => Kind == other.Kind && Kind is >= QueryValueKind.Null and <= QueryValueKind.String ? SortsBefore(other) : null;

    /// <summary>The order of ORDER BY: by kind, then by value.</summary>
    public int SortsBefore(QueryValue other)
    {
        if (Kind != other.Kind) return Kind.CompareTo(other.Kind);
        return Kind == QueryValueKind.String ? string.CompareOrdinal(Text, other.Text) : Number.CompareTo(other.Number);
    }

    /// <summary>Writes the value; nothing for undefined, which has no JSON.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case QueryValueKind.Null:
                writer.WriteNullValue();
                break;
            case QueryValueKind.Boolean:
                writer.WriteBooleanValue(IsTrue);
                break;
            case QueryValueKind.String:
                writer.WriteStringValue(Text);
                break;
            case QueryValueKind.Number when Json.ValueKind == JsonValueKind.Undefined:
                writer.WriteNumberValue(Number);
                break;
            case QueryValueKind.Undefined:
                break;
            default:
                writer.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(Json), skipInputValidation: true);
                break;
        }
    }
}
