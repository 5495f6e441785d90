using System.Text;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Turns what a projection found into values.</summary>
internal static class SlotScalars
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 64 };

    /// <summary>The value of a slot. Arrays are missing; an object is its JSON text.</summary>
    public static ScalarValue Read(SlotValue slot, ReadOnlySpan<byte> line) => slot.Kind switch
    {
        SlotKind.Text or SlotKind.EscapedText => ScalarValue.Of(SlotText.ReadString(slot, line)),
        SlotKind.Number => NumberText.TryParse(slot.Bytes(line), out var number) ? number : default,
        SlotKind.True => ScalarValue.Of(true),
        SlotKind.False => ScalarValue.Of(false),
        SlotKind.Timestamp => ReadTimestamp(slot.Bytes(line)),
        SlotKind.Object => ReadObject(slot.Bytes(line)),
        _ => default,
    };

    /// <summary>Adds the scalar elements of an array slot. Broken JSON adds what stands before the break.</summary>
    public static void ReadElements(SlotValue slot, ReadOnlySpan<byte> line, List<ScalarValue> elements)
    {
        try
        {
            var reader = new Utf8JsonReader(slot.Bytes(line), ReaderOptions);
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var element = ReadElement(ref reader);
                if (!element.IsMissing)
                    elements.Add(element);
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8. The elements before it stay observed.
        }
    }

    private static ScalarValue ReadElement(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => ScalarValue.Of(reader.GetString()!),
        JsonTokenType.Number => NumberText.TryParse(reader.ValueSpan, out var number) ? number : default,
        JsonTokenType.True => ScalarValue.Of(true),
        JsonTokenType.False => ScalarValue.Of(false),
        _ => default,
    };

    private static ScalarValue ReadTimestamp(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[40];
        return utf8.Length <= text.Length && TimestampText.TryParse(text[..Encoding.ASCII.GetChars(utf8, text)], out var time)
            ? ScalarValue.Of(TimestampText.Format(time.ToUnixTimeMilliseconds()))
            : default;
    }

    private static ScalarValue ReadObject(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, ReaderOptions);
            using var json = JsonDocument.ParseValue(ref reader);
            return ScalarValue.OfJson(JsonSerializer.Serialize(json.RootElement, JsonElementContext.Default.JsonElement));
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
