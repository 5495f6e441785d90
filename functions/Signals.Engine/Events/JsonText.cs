using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Signals.Engine.Events;

/// <summary>The text inside the quotes of a JSON string.</summary>
public static class JsonText
{
    private const int HighSurrogates = 0xD800;
    private const int LowSurrogates = 0xDC00;
    private const int SurrogatesEnd = 0xE000;

    /// <summary>
    /// Writes the text that an escaped JSON string stands for, in UTF-8. It is never longer than the escaped form. A surrogate
    /// without its partner becomes U+FFFD. False when an escape is malformed. Allocates nothing.
    /// </summary>
    /// <param name="escaped">The bytes between the quotes.</param>
    /// <param name="target">Where to write; as long as <paramref name="escaped"/> or longer.</param>
    /// <param name="written">Number of bytes written.</param>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public static bool TryUnescape(ReadOnlySpan<byte> escaped, Span<byte> target, out int written)
    {
        if (target.Length < escaped.Length)
            throw new ArgumentException($"The target has {target.Length} bytes, {escaped.Length} are needed.", nameof(target));
        written = 0;
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0)
                plain = escaped.Length;
            escaped[..plain].CopyTo(target[written..]);
            written += plain;
            escaped = escaped[plain..];
            if (escaped.IsEmpty)
                return true;
            if (!TryReadEscape(ref escaped, out var rune))
                return false;
            written += rune.EncodeToUtf8(target[written..]);
        }
    }

    /// <summary>True when every escape in the bytes between the quotes of a JSON string is well-formed.</summary>
    public static bool HasValidEscapes(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is var place and >= 0)
        {
            escaped = escaped[place..];
            if (!TryReadEscape(ref escaped, out _))
                return false;
        }
        return true;
    }

    /// <summary>The string that an escaped JSON string stands for; what is malformed becomes U+FFFD.</summary>
    public static string ToString(ReadOnlySpan<byte> escaped)
    {
        byte[]? rented = null;
        var buffer = escaped.Length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(escaped.Length);
        try
        {
            return TryUnescape(escaped, buffer, out var length) ? Encoding.UTF8.GetString(buffer[..length]) : "\uFFFD";
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>True for a number in the grammar of JSON.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'-', ..])
            text = text[1..];
        var whole = CountDigits(text);
        if (whole == 0 || whole > 1 && text[0] == '0')
            return false;
        text = text[whole..];
        if (text is [(byte)'.', ..])
        {
            var fraction = CountDigits(text[1..]);
            if (fraction == 0)
                return false;
            text = text[(1 + fraction)..];
        }
        if (text is [(byte)'e' or (byte)'E', ..])
        {
            text = text[1..];
            if (text is [(byte)'+' or (byte)'-', ..])
                text = text[1..];
            return text.Length > 0 && CountDigits(text) == text.Length;
        }
        return text.IsEmpty;
    }

    /// <summary>True for one complete JSON value, nested no deeper than 64.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Copies valid JSON without the white space outside its strings.</summary>
    public static void Compact(ReadOnlySpan<byte> json, IBufferWriter<byte> target)
    {
        while (!json.IsEmpty)
        {
            var stop = json.IndexOfAny("\" \t\n\r"u8);
            if (stop < 0)
                stop = json.Length;
            var end = stop < json.Length && json[stop] == '"' ? StringEnd(json, stop) : stop;
            target.Write(json[..end]);
            json = json[end..];
            while (json is [(byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r', ..])
                json = json[1..];
        }
    }

    private static int StringEnd(ReadOnlySpan<byte> json, int quote)
    {
        var offset = quote + 1;
        while (offset < json.Length)
        {
            var stop = json[offset..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0)
                return json.Length;
            offset += stop + 1;
            if (json[offset - 1] == '"')
                return offset;
            offset++;
        }
        return json.Length;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count < text.Length && (uint)(text[count] - '0') <= 9)
            count++;
        return count;
    }

    private static bool TryReadEscape(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (text.Length < 2)
            return false;
        var kind = text[1];
        if (kind == 'u')
            return TryReadCodePoint(ref text, out rune);
        var plain = kind switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => kind,
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => (byte)0,
        };
        if (plain == 0)
            return false;
        rune = new Rune(plain);
        text = text[2..];
        return true;
    }

    private static bool TryReadCodePoint(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (!TryReadUnit(text, out var unit))
            return false;
        text = text[6..];
        if (unit is < HighSurrogates or >= SurrogatesEnd)
            rune = new Rune(unit);
        else if (unit < LowSurrogates && TryReadUnit(text, out var low) && low is >= LowSurrogates and < SurrogatesEnd)
        {
            rune = new Rune((char)unit, (char)low);
            text = text[6..];
        }
        return true;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out int unit)
    {
        unit = 0;
        return text.Length >= 6 && text[0] == '\\' && text[1] == 'u'
            && Utf8Parser.TryParse(text.Slice(2, 4), out unit, out var used, 'x') && used == 4;
    }
}
