using System.Globalization;
using System.Text.RegularExpressions;

namespace Signals.Engine.Definitions;

/// <summary>Date-times in RFC 3339 (spec signals-api 2.1). One without an offset means UTC; they are written with <c>Z</c>.</summary>
public static partial class IsoDateTime
{
    /// <summary>Reads a date-time, or a date as its midnight, into UTC. Digits after the seventh of a fraction are cut off.</summary>
    public static bool TryParse(string text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length > 48 || DateTimeRegex().Match(text) is not { Success: true } match)
            return false;
        var fraction = match.Groups["fraction"].Value;
        var normal = string.Concat(
            match.Groups["date"].Value,
            "T",
            match.Groups["time"] is { Success: true } time ? time.Value : "00:00",
            match.Groups["seconds"] is { Success: true } seconds ? seconds.Value : ":00",
            fraction.Length > 8 ? fraction[..8] : fraction,
            match.Groups["offset"].Value);
        return DateTimeOffset.TryParse(
            normal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value);
    }

    /// <summary>Writes a date-time in UTC, with as many fractional digits as it has.</summary>
    public static string Format(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<date>\d{4}-\d\d-\d\d)([Tt ](?<time>\d\d:\d\d)(?<seconds>:\d\d)?(?<fraction>\.\d{1,9})?(?<offset>[Zz]|[+-]\d\d:?\d\d)?)?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex DateTimeRegex();
}
