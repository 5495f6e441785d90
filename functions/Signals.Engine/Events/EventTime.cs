namespace Signals.Engine.Events;

/// <summary>An instant of event time: microseconds since 1970-01-01T00:00:00Z. Finer digits of a timestamp are cut off.</summary>
/// <param name="UnixMicroseconds">Microseconds since the Unix epoch, UTC; negative before 1970.</param>
public readonly partial record struct EventTime(long UnixMicroseconds) : IComparable<EventTime>
{
    /// <summary>The instant as whole milliseconds since the Unix epoch, rounded down.</summary>
    public long UnixMilliseconds => UnixMicroseconds / 1000 - (UnixMicroseconds % 1000 < 0 ? 1 : 0);

    /// <summary>Makes an instant from milliseconds since the Unix epoch.</summary>
    public static EventTime FromUnixMilliseconds(long milliseconds) => new(checked(milliseconds * 1000));

    /// <summary>Makes an instant from a <see cref="DateTimeOffset"/>.</summary>
    public static EventTime From(DateTimeOffset value) => new((value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10);

    /// <summary>The instant as a UTC <see cref="DateTimeOffset"/>; years 1 to 9999 only.</summary>
    public DateTimeOffset ToDateTimeOffset() => new(DateTimeOffset.UnixEpoch.Ticks + checked(UnixMicroseconds * 10), TimeSpan.Zero);

    /// <inheritdoc />
    public int CompareTo(EventTime other) => UnixMicroseconds.CompareTo(other.UnixMicroseconds);

    /// <summary>Earlier than.</summary>
    public static bool operator <(EventTime left, EventTime right) => left.UnixMicroseconds < right.UnixMicroseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(EventTime left, EventTime right) => left.UnixMicroseconds > right.UnixMicroseconds;

    /// <summary>Earlier than or equal.</summary>
    public static bool operator <=(EventTime left, EventTime right) => left.UnixMicroseconds <= right.UnixMicroseconds;

    /// <summary>Later than or equal.</summary>
    public static bool operator >=(EventTime left, EventTime right) => left.UnixMicroseconds >= right.UnixMicroseconds;
}
