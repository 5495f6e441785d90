using System.Runtime.InteropServices;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The event ids that a profile has taken within the last hour, at most 1024 of them: trackers retry, and the same event must
/// count once. The hour is measured on the newest collector time seen, so that a repetition of the log decides the same; an id
/// is kept for an hour after it came, however old its event is.
/// </summary>
internal sealed class RecentEvents
{
    private const int MaxEvents = 1024;

    private const long WindowSeconds = 3600;

    // In the order in which they came, and so of the clock at that moment.
    private readonly List<Guid> _ids = [];
    private readonly List<long> _seconds = [];
    private long _clock = long.MinValue;

    /// <summary>Remembers an event. False when it was already there.</summary>
    public bool TryAdd(Guid eventId, EventTime collectorTime)
    {
        var second = collectorTime.UnixMilliseconds / 1000;
        if (second > _clock)
        {
            _clock = second;
            DropOld();
        }
        if (Contains(eventId))
            return false;
        if (_ids.Count == MaxEvents)
            Drop(1);
        _ids.Add(eventId);
        _seconds.Add(_clock);
        return true;
    }

    /// <summary>Whether an event is remembered.</summary>
    public bool Contains(Guid eventId) => CollectionsMarshal.AsSpan(_ids).Contains(eventId);

    /// <summary>Remembers what another profile remembers too; the newest when that is too much.</summary>
    public void Merge(RecentEvents other)
    {
        if (other._ids.Count == 0)
            return;
        var all = _ids.Zip(_seconds).Concat(other._ids.Zip(other._seconds))
            .GroupBy(entry => entry.First, (id, entries) => (Id: id, Second: entries.Max(entry => entry.Second)))
            .OrderBy(entry => entry.Second).TakeLast(MaxEvents).ToList();
        _clock = Math.Max(_clock, other._clock);
        _ids.Clear();
        _seconds.Clear();
        _ids.AddRange(all.Select(entry => entry.Id));
        _seconds.AddRange(all.Select(entry => entry.Second));
        DropOld();
    }

    public void Write(StateWriter writer)
    {
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
        var old = 0;
        while (old < _seconds.Count && _seconds[old] < _clock - WindowSeconds)
            old++;
        Drop(old);
    }

    private void Drop(int count)
    {
        _ids.RemoveRange(0, count);
        _seconds.RemoveRange(0, count);
    }
}
