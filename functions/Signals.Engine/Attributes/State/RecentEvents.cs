using System.Runtime.InteropServices;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The event ids that a profile has applied within the last hour (by collector time, so that a repetition decides the same),
/// at most 1024 of them: trackers retry, and the same event must count once.
/// </summary>
internal sealed class RecentEvents
{
    private const int MaxEvents = 1024;

    private const long WindowSeconds = 3600;

    private readonly List<Guid> _ids = [];
    private readonly List<long> _seconds = [];
    private long _clock = long.MinValue;

    /// <summary>Remembers an event. False when it was already there.</summary>
    public bool TryAdd(Guid eventId, EventTime collectorTime)
    {
        var second = collectorTime.UnixMilliseconds / 1000;
        _clock = Math.Max(_clock, second);
        var known = CollectionsMarshal.AsSpan(_ids).IndexOf(eventId);
        if (known >= 0 && _seconds[known] >= _clock - WindowSeconds)
            return false;
        if (_ids.Count == MaxEvents)
            RemoveAt(OldestIndex());
        _ids.Add(eventId);
        _seconds.Add(second);
        return true;
    }

    public void Write(StateWriter writer)
    {
        DropOld();
        writer.Count(_ids.Count);
        if (_ids.Count == 0)
            return;
        writer.Signed(_clock);
        for (var i = 0; i < _ids.Count; i++)
        {
            writer.Guid(_ids[i]);
            writer.Signed(_clock - _seconds[i]);
        }
    }

    public static RecentEvents Read(ref StateReader reader)
    {
        var events = new RecentEvents();
        var count = reader.Count();
        if (count == 0)
            return events;
        events._clock = reader.Signed();
        for (; count > 0; count--)
        {
            events._ids.Add(reader.Guid());
            events._seconds.Add(events._clock - reader.Signed());
        }
        return events;
    }

    private void DropOld()
    {
        for (var i = _ids.Count - 1; i >= 0; i--)
            if (_seconds[i] < _clock - WindowSeconds)
                RemoveAt(i);
    }

    private int OldestIndex()
    {
        var oldest = 0;
        for (var i = 1; i < _seconds.Count; i++)
            if (_seconds[i] < _seconds[oldest])
                oldest = i;
        return oldest;
    }

    private void RemoveAt(int index)
    {
        _ids.RemoveAt(index);
        _seconds.RemoveAt(index);
    }
}
