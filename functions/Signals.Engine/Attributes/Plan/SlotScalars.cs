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
        SlotKind.Object => ScalarValue.OfJson(Compact(slot.Bytes(line))),
        _ => default,
    };

    /// <summary>Adds the scalar elements of an array slot, at most <paramref name="limit"/> of them.</summary>
    public static void ReadElements(SlotValue slot, ReadOnlySpan<byte> line, int limit, List<ScalarValue> elements)
    {
        var reader = new Utf8JsonReader(slot.Bytes(line), ReaderOptions);
        reader.Read();
        while (elements.Count < limit && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var element = ReadElement(ref reader);
            if (!element.IsMissing)
                elements.Add(element);
            reader.Skip();
        }
    }

    private static ScalarValue ReadElement(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => ScalarValue.Of(reader.ValueIsEscaped ? JsonText.ToString(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan)),
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

    /// <summary>The JSON as it is written in the event, without the space between tokens.</summary>
    private static string Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            inString ^= json[i] == '"';
            if (!inString && json[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            compact[length++] = json[i];
            if (inString && json[i] == '\\')
                compact[length++] = json[++i];
        }
        return Encoding.UTF8.GetString(compact.AsSpan(0, length));
    }
}
