using System.Globalization;
using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>Parts of a date-time in UTC (spec signals-api 14.3.2).</summary>
internal static class DateParts
{
    /// <summary>The part of a date-time: a number for the first three parts, a date text for the others.</summary>
    public static ScalarValue Of(DatePart part, DateTimeOffset value)
    {
        var utc = value.UtcDateTime;
        return part switch
        {
            DatePart.HourOfDay => ScalarValue.Of((long)utc.Hour),
            DatePart.DayOfWeek => ScalarValue.Of(IsoDayOfWeek(utc)),
            DatePart.MonthOfYear => ScalarValue.Of((long)utc.Month),
            DatePart.ActiveDay => Date(utc),
            DatePart.ActiveWeek => Date(Monday(utc)),
            DatePart.ActiveMonth => Date(new DateTime(utc.Year, utc.Month, 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
        };
    }

    private static long IsoDayOfWeek(DateTime utc) => utc.DayOfWeek == DayOfWeek.Sunday ? 7 : (long)utc.DayOfWeek;

    private static DateTime Monday(DateTime utc)
    {
        var days = IsoDayOfWeek(utc) - 1;
        return utc.Date.Ticks < days * TimeSpan.TicksPerDay ? DateTime.MinValue : utc.Date.AddDays(-days);
    }

    private static ScalarValue Date(DateTime utc) => ScalarValue.Of(utc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
