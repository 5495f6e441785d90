using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Engine.Events;

/// <summary>Makes any text fit into a bad row: bounded, and valid as Unicode.</summary>
internal static class BadRowText
{
    /// <summary>The beginning of a text, at most so many characters.</summary>
    public static string Cut(this string text, int length)
    {
        if (text.Length > length)
            text = text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
        return text.WithoutLoneSurrogates();
    }

    /// <summary>The beginning of a text in UTF-8, at most so many bytes, not cut inside a character.</summary>
    public static ReadOnlySpan<byte> CutUtf8(this ReadOnlySpan<byte> text, int length)
    {
        if (text.Length <= length)
            return text;
        for (var i = 0; i < 3 && length > 0 && (text[length] & 0xC0) == 0x80; i++)
            length--;
        return text[..length];
    }

    /// <summary>The text with U+FFFD for every surrogate without its partner.</summary>
    public static string WithoutLoneSurrogates(this string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text;
    }

    /// <summary>Writes bytes as a string, U+FFFD for what is not UTF-8.</summary>
    public static void WriteText(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            json.WriteString(name, utf8);
        else
            json.WriteString(name, Encoding.UTF8.GetString(utf8));
    }

    /// <summary>Writes a text or null, at most so many characters.</summary>
    public static void WriteCut(this Utf8JsonWriter json, string name, string? text, int length)
    {
        if (text is null)
            json.WriteNull(name);
        else
            json.WriteString(name, text.Cut(length));
    }
}
