using System.Globalization;

namespace Signals.Engine.Attributes;

/// <summary>Date-time texts: ISO 8601 / RFC 3339, and the form of timestamp columns. No zone means UTC (spec signals-api 14.3.2).</summary>
internal static class TimestampText
{
    /// <summary>The beginning of the year 1 in milliseconds since the Unix epoch.</summary>
    public const long MinMilliseconds = -62_135_596_800_000;

    /// <summary>The end of the year 9999 in milliseconds since the Unix epoch.</summary>
    public const long MaxMilliseconds = 253_402_300_799_999;

    private const int MaxLength = 40;

    private const string IsoMilliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>Reads a date-time, or a date as its midnight.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length is < 10 or > MaxLength || !char.IsAsciiDigit(text[0]) || text[4] != '-' || text[7] != '-')
            return false;
        Span<char> shortened = stackalloc char[MaxLength];
        return DateTimeOffset.TryParseExact(CutFraction(text, shortened), Formats, CultureInfo.InvariantCulture, Utc, out value);
    }

    /// <summary>Milliseconds since the Unix epoch as <c>2026-04-09T14:23:01.000Z</c>; outside the years 1 to 9999 the number itself.</summary>
    public static string Format(long unixMilliseconds) =>
        unixMilliseconds is >= MinMilliseconds and <= MaxMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToString(IsoMilliseconds, CultureInfo.InvariantCulture)
            : unixMilliseconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>.NET reads seven fractional digits, timestamps may carry nine: the rest is cut off.</summary>
    private static ReadOnlySpan<char> CutFraction(ReadOnlySpan<char> text, Span<char> target)
    {
        var dot = text.IndexOf('.');
        if (dot < 0)
            return text;
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var kept = Math.Min(end, dot + 8);
        text[..kept].CopyTo(target);
        text[end..].CopyTo(target[kept..]);
        return target[..(kept + text.Length - end)];
    }
}
