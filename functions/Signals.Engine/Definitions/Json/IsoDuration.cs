using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Signals.Engine.Definitions;

/// <summary>
/// Durations in ISO 8601 (spec signals-api 2.1): <c>P1D</c>, <c>PT1H</c>, <c>P1DT12H</c>. As clients have it, a year is 365
/// days and a month 30.
/// </summary>
public static partial class IsoDuration
{
    /// <summary>The longest duration that definitions may hold: 36,500 days, about a hundred years.</summary>
    public static TimeSpan Max { get; } = TimeSpan.FromDays(36_500);

    private const int MaxTextLength = 64;

    /// <summary>Reads a duration; false when the text is none, or when it is longer than <see cref="Max"/>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length > MaxTextLength || DurationRegex().Match(text) is not { Success: true } match)
            return false;
        var seconds =
            Part("years") * 365 * 86_400 + Part("months") * 30 * 86_400 + Part("weeks") * 7 * 86_400 + Part("days") * 86_400 +
            Part("hours") * 3600 + Part("minutes") * 60 + Part("seconds");
        return TryFromSeconds(seconds, out duration);

        decimal Part(string group) =>
            match.Groups[group] is { Success: true } part ? decimal.Parse(part.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Makes a duration of a number of seconds; false when it is negative or longer than <see cref="Max"/>.</summary>
    public static bool TryFromSeconds(decimal seconds, out TimeSpan duration)
    {
        duration = default;
        if (seconds < 0 || seconds > (decimal)Max.TotalSeconds)
            return false;
        duration = new TimeSpan((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Writes a duration with its days, hours, minutes and seconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = new StringBuilder("P");
        if (duration.Days > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Days}D");
        var seconds = (duration - TimeSpan.FromMinutes(Math.Floor(duration.TotalMinutes))).Ticks / (decimal)TimeSpan.TicksPerSecond;
        if (duration.Hours > 0 || duration.Minutes > 0 || seconds > 0 || duration == TimeSpan.Zero)
            text.Append('T');
        if (duration.Hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Hours}H");
        if (duration.Minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}M");
        if (seconds > 0 || duration == TimeSpan.Zero)
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}S");
        return text.ToString();
    }

    // At most nine digits a part: the sum of all stays far inside a decimal.
    [GeneratedRegex(
        @"^P(?=.)((?<years>\d{1,9})Y)?((?<months>\d{1,9})M)?((?<weeks>\d{1,9})W)?((?<days>\d{1,9})D)?" +
        @"(T(?=.)((?<hours>\d{1,9})H)?((?<minutes>\d{1,9})M)?((?<seconds>\d{1,10}(\.\d{1,9})?)S)?)?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex DurationRegex();
}
