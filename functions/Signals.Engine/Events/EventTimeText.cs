using System.Buffers.Binary;
using System.Globalization;

namespace Signals.Engine.Events;

public readonly partial record struct EventTime
{
    private const int SecondsLength = 19;
    private const int MillisecondsLength = 23;
    private const int MaxTextLength = 29;

    // Digits are checked and joined eight bytes at a time; these name the bytes that are separators.
    private const ulong YearMonthMarks = 0xFF00_00FF_0000_0000;
    private const ulong YearMonthText = 0x2D00_002D_0000_0000;
    private const ulong DayTimeMarks = 0x0000_FF00_00FF_0000;
    private const ulong DayTimeText = 0x0000_3A00_0020_0000;
    private const ulong TimeMarks = 0x0000_FF00_00FF_0000;
    private const ulong TimeText = 0x0000_3A00_003A_0000;
    private const ulong MillisecondsMarks = 0x0000_00FF_0000_FF00;
    private const ulong MillisecondsText = 0x0000_002E_0000_3A00;

    private static ReadOnlySpan<ushort> DaysBeforeMonth => [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    /// <summary>
    /// Reads the text of a timestamp column: <c>yyyy-MM-dd HH:mm:ss</c> with zero to nine fractional digits, UTC (spec
    /// enriched-events, section 2, rule 5). Digits after the sixth are cut off. False for any other text, a date that does not
    /// exist, and a year outside 1 to 9999.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EventTime time)
    {
        time = default;
        if (text.Length < SecondsLength || text.Length > MaxTextLength)
            return false;
        if (!TryJoinDigits(text, YearMonthMarks, YearMonthText, out var yearMonth)
            || !TryJoinDigits(text[8..], DayTimeMarks, DayTimeText, out var dayTime)
            || !TryReadSeconds(text, out var second, out var fraction))
            return false;

        var year = (int)(yearMonth & 0xFF) * 100 + (int)(yearMonth >> 16 & 0xFF);
        var month = (int)(yearMonth >> 40 & 0xFF);
        var day = (int)(dayTime & 0xFF);
        var hour = (int)(dayTime >> 24 & 0xFF);
        var minute = (int)(dayTime >> 48 & 0xFF);
        if (year == 0 || month is < 1 or > 12 || day == 0 || hour > 23 || minute > 59 || second > 59)
            return false;
        var leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        var monthDays = DaysBeforeMonth[month + 1] - DaysBeforeMonth[month] + (leap && month == 2 ? 1 : 0);
        if (day > monthDays)
            return false;

        var before = year - 1;
        var days = before * 365L + before / 4 - before / 100 + before / 400 + DaysBeforeMonth[month] + (leap && month > 2 ? 1 : 0) + day - 719163;
        time = new EventTime((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction);
        return true;
    }

    /// <summary>The text of a timestamp column: <c>yyyy-MM-dd HH:mm:ss.SSS</c>, the microseconds cut off.</summary>
    public string ToColumnText() => ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static bool TryReadSeconds(ReadOnlySpan<byte> text, out int second, out int microseconds)
    {
        microseconds = 0;
        if (text.Length == MillisecondsLength)
        {
            // m:ss.SSS, the form that Enrich writes
            var read = TryJoinDigits(text[15..], MillisecondsMarks, MillisecondsText, out var joined);
            second = (int)(joined >> 16 & 0xFF);
            microseconds = ((int)(joined >> 40 & 0xFF) * 10 + text[22] - '0') * 1000;
            return read;
        }

        // HH:mm:ss once more, for the seconds
        if (!TryJoinDigits(text[11..], TimeMarks, TimeText, out var time))
        {
            second = 0;
            return false;
        }
        second = (int)(time >> 48 & 0xFF);
        if (text.Length == SecondsLength)
            return true;
        if (text[SecondsLength] != '.' || text.Length == SecondsLength + 1)
            return false;
        var scale = 100_000;
        foreach (var c in text[(SecondsLength + 1)..])
        {
            if ((uint)(c - '0') > 9)
                return false;
            microseconds += (c - '0') * scale;
            scale /= 10;
        }
        return true;
    }

    /// <summary>Reads eight characters whose separators are as given and whose others are digits; byte i of the result is digit i times ten plus digit i + 1.</summary>
    private static bool TryJoinDigits(ReadOnlySpan<byte> text, ulong separators, ulong expected, out ulong joined)
    {
        const ulong zeros = 0x3030_3030_3030_3030;
        const ulong highHalves = 0xF0F0_F0F0_F0F0_F0F0;
        var bytes = BinaryPrimitives.ReadUInt64LittleEndian(text);
        var digits = bytes & ~separators | zeros & separators;
        var values = digits - zeros;
        joined = values * 10 + (values >> 8);
        return (bytes & separators) == expected
            && (digits & highHalves) == zeros
            && (digits + 0x0606_0606_0606_0606 & highHalves) == zeros;
    }
}
