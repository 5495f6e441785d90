using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Engine.Events;

/// <summary>Whether the text of a column fits its type (spec enriched-events, section 2, rules 5 to 9). Looks only, converts nothing.</summary>
internal static class ColumnText
{
    /// <summary>Checks a text that is not empty.</summary>
    public static bool Fits(AtomicColumnType type, ReadOnlySpan<byte> text) => type switch
    {
        AtomicColumnType.Timestamp => EventTime.TryParse(text, out _),
        AtomicColumnType.Int32 => IsInt32(text),
        AtomicColumnType.Boolean => text.Length == 1 && (text[0] | 1) == '1',
        AtomicColumnType.Uuid => IsUuid(text),
        AtomicColumnType.Decimal or AtomicColumnType.Float => IsDecimal(text),
        AtomicColumnType.Json => HasBraces(text),
        _ => true,
    };

    /// <summary>36 characters, hex digits of either case and four dashes.</summary>
    public static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 36)
            return false;
        const uint dashes = 1u << 8 | 1u << 13 | 1u << 18 | 1u << 23;
        ref var first = ref MemoryMarshal.GetReference(text);
        var head = Vector256.LoadUnsafe(ref first);
        var tail = Vector256.LoadUnsafe(ref first, 4);
        return Vector256.Equals(head, Vector256.Create((byte)'-')).ExtractMostSignificantBits() == dashes
            && (HexDigits(head) | dashes) == uint.MaxValue
            && HexDigits(tail) >> 28 == 0xF;
    }

    private static uint HexDigits(Vector256<byte> text)
    {
        var digit = Vector256.LessThanOrEqual(text - Vector256.Create((byte)'0'), Vector256.Create((byte)9));
        var letter = Vector256.LessThanOrEqual((text | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)5));
        return (digit | letter).ExtractMostSignificantBits();
    }

    /// <summary>An optional minus sign and digits, within 32 bits.</summary>
    public static bool IsInt32(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        long value = 0;
        foreach (var c in digits)
        {
            var digit = (uint)c - '0';
            if (digit > 9)
                return false;
            value = value * 10 + digit;
            if (value > (long)int.MaxValue + 1)
                return false;
        }
        return digits.Length > 0 && (negative || value <= int.MaxValue);
    }

    /// <summary>A sign, digits with an optional dot among them, an optional exponent.</summary>
    public static bool IsDecimal(ReadOnlySpan<byte> text)
    {
        var rest = SkipSign(text);
        var whole = CountDigits(rest);
        rest = rest[whole..];
        var fraction = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            fraction = CountDigits(rest[1..]);
            rest = rest[(1 + fraction)..];
        }
        if (whole + fraction == 0)
            return false;
        if (rest.Length == 0)
            return true;
        if ((rest[0] | 0x20) != 'e')
            return false;
        rest = SkipSign(rest[1..]);
        return rest.Length > 0 && CountDigits(rest) == rest.Length;
    }

    private static ReadOnlySpan<byte> SkipSign(ReadOnlySpan<byte> text) => text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count < text.Length && (uint)(text[count] - '0') <= 9)
            count++;
        return count;
    }

    /// <summary>Braces around it; the rest of the JSON is read only when a definition asks for it.</summary>
    public static bool HasBraces(ReadOnlySpan<byte> text) =>
        text[0] == '{' && text[^1] == '}' || text.Trim((byte)' ') is [(byte)'{', .., (byte)'}'];
}
