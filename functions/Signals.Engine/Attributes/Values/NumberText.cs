using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Signals.Engine.Attributes;

/// <summary>Reads numbers from text, exactly where a decimal can hold them.</summary>
internal static class NumberText
{
    /// <summary>Beyond this a decimal sum could overflow; such numbers are handled as doubles.</summary>
    private const decimal ExactLimit = 1_000_000_000_000_000_000m;

    /// <summary>As many characters as a decimal holds digits: a shorter text is held without rounding.</summary>
    private const int MaxExactLength = 28;

    /// <summary>Reads a JSON number or the text of a numeric column. False when the bytes are anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out ScalarValue value)
    {
        value = default;
        if (utf8.IsEmpty || !IsNumeric(utf8))
            return false;
        if (Utf8Parser.TryParse(utf8, out long integer, out var used) && used == utf8.Length)
        {
            value = ScalarValue.Of(integer);
            return true;
        }
        if (utf8.Length <= MaxExactLength && utf8.IndexOfAny((byte)'e', (byte)'E') < 0
            && Utf8Parser.TryParse(utf8, out decimal exact, out used) && used == utf8.Length && Math.Abs(exact) < ExactLimit)
        {
            value = ScalarValue.Of(exact);
            return true;
        }
        return TryParseReal(utf8, out value);
    }

    /// <summary>Reads a number from text, as <see cref="TryParse(ReadOnlySpan{byte}, out ScalarValue)"/>.</summary>
    public static bool TryParse(string text, out ScalarValue value)
    {
        value = default;
        if (text.Length is 0 or > 512)
            return false;
        Span<byte> utf8 = stackalloc byte[text.Length];
        return Encoding.UTF8.TryGetBytes(text, utf8, out var written) && written == text.Length && TryParse(utf8, out value);
    }

    /// <summary>Numbers with an exponent or many digits; what a decimal holds to at least 16 digits is a decimal.</summary>
    private static bool TryParseReal(ReadOnlySpan<byte> utf8, out ScalarValue value)
    {
        value = double.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? ScalarValue.Of(real) : default;
        if (Math.Abs(real) is < (double)ExactLimit and >= 1e-12 && decimal.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
            value = ScalarValue.Of(exact);
        return !value.IsMissing;
    }

    private static bool IsNumeric(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOfAnyExcept("0123456789+-.eE"u8) < 0 && utf8.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;
}
