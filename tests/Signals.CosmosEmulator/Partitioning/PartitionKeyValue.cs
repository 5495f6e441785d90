using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Signals.CosmosEmulator.Partitioning;

/// <summary>The value of a partition key of one path, in its JSON spelling, so that equal keys are equal strings.</summary>
internal readonly record struct PartitionKeyValue(string Json)
{
    public const int MaximumBytes = 2048;

    public static PartitionKeyValue Undefined => new("{}");

    /// <summary>The key inside the header that names it: an array of one component; <c>{}</c> stands for no value.</summary>
    public static bool TryParseHeader(string header, out PartitionKeyValue key)
    {
        key = Undefined;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(header));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read()) return false;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Skip();
            }
            else if (!TryRead(ref reader, out key))
            {
                return false;
            }

            return reader.Read() && reader.TokenType == JsonTokenType.EndArray;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The key at the reader's current token; false if it is an object, an array or a string of more than 2 KB, which no key may be.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out PartitionKeyValue key)
    {
        key = Undefined;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                key = OfString(reader.GetString()!);
                return reader.ValueSpan.Length <= MaximumBytes || Encoding.UTF8.GetByteCount(key.Json) - 1 <= MaximumBytes;
            case JsonTokenType.Number:
                key = new PartitionKeyValue(reader.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                return true;
            case JsonTokenType.True:
                key = new PartitionKeyValue("true");
                return true;
            case JsonTokenType.False:
                key = new PartitionKeyValue("false");
                return true;
            case JsonTokenType.Null:
                key = new PartitionKeyValue("null");
                return true;
            default:
                return false;
        }
    }

    /// <summary>A string key; the quotation mark in front keeps it apart from the other kinds.</summary>
    public static PartitionKeyValue OfString(string value) => new("\"" + value);

    public EffectivePartitionKey Hash()
    {
        switch (Json[0])
        {
            case '"':
                return HashString(Json.AsSpan(1));
            case '{':
                return EffectivePartitionKey.Hash([0]);
            case 'n':
                return EffectivePartitionKey.Hash([1]);
            case 'f':
                return EffectivePartitionKey.Hash([2]);
            case 't':
                return EffectivePartitionKey.Hash([3]);
            default:
                Span<byte> number = stackalloc byte[9];
                number[0] = 5;
                BinaryPrimitives.WriteDoubleLittleEndian(number[1..], double.Parse(Json, CultureInfo.InvariantCulture));
                return EffectivePartitionKey.Hash(number);
        }
    }

    private static EffectivePartitionKey HashString(ReadOnlySpan<char> value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Span<byte> encoded = size <= MaximumBytes ? stackalloc byte[size + 2] : new byte[size + 2];
        encoded[0] = 8;
        Encoding.UTF8.GetBytes(value, encoded[1..]);
        encoded[^1] = 0xFF;
        return EffectivePartitionKey.Hash(encoded);
    }
}
