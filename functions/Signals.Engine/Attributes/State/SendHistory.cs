namespace Signals.Engine.Attributes;

/// <summary>When this profile was sent what: what limits on frequency are checked against.</summary>
internal sealed class SendHistory
{
    /// <summary>Most instants remembered per name; the largest frequency cap.</summary>
    public const int MaxPerName = 1_000;

    /// <summary>The end of the year 9999.</summary>
    private const long MaxSecond = 253_402_300_799;

    private readonly SortedDictionary<string, List<long>> _sent = new(StringComparer.Ordinal);

    /// <summary>How often something was sent since an instant, seconds since the Unix epoch.</summary>
    public int CountSince(string name, long second) =>
        _sent.TryGetValue(name, out var seconds) ? seconds.Count(sent => sent > second) : 0;

    /// <summary>Remembers that something was sent, forgetting what is older than <paramref name="keepSince"/>.</summary>
    public void Add(string name, long second, long keepSince)
    {
        if (!_sent.TryGetValue(name, out var seconds))
            _sent.Add(name, seconds = []);
        seconds.RemoveAll(sent => sent < keepSince);
        if (seconds.Count == MaxPerName)
            seconds.RemoveAt(0);
        seconds.Add(second);
    }

    /// <summary>Remembers what was sent to another profile too.</summary>
    public void Merge(SendHistory other)
    {
        foreach (var (name, seconds) in other._sent)
            _sent[name] = [.. _sent.GetValueOrDefault(name, []).Concat(seconds).Order().TakeLast(MaxPerName)];
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _sent.Clear();

    /// <summary>Forgets one sending. False when it is not remembered.</summary>
    public bool Remove(string name, long second)
    {
        if (!_sent.TryGetValue(name, out var seconds) || !seconds.Remove(second))
            return false;
        if (seconds.Count == 0)
            _sent.Remove(name);
        return true;
    }

    /// <summary>The latest instant remembered; null when there is none.</summary>
    public long? Latest => _sent.Count == 0 ? null : _sent.Values.Max(seconds => seconds[^1]);

    public void Write(StateWriter writer)
    {
        writer.Count(_sent.Count);
        foreach (var (name, seconds) in _sent)
        {
            writer.Text(name);
            writer.Count(seconds.Count);
            foreach (var second in seconds)
                writer.Signed(second);
        }
    }

    public void ReadFrom(ref StateReader reader)
    {
        for (var count = reader.Count(); count > 0; count--)
        {
            var name = reader.Text();
            var seconds = new List<long>();
            for (var times = reader.CountFromOne(); times > 0; times--)
                seconds.Add(reader.Signed() is >= 0 and <= MaxSecond and var second ? second : throw StateReader.Nonsense("an instant of sending"));
            if (!_sent.TryAdd(name, seconds))
                throw StateReader.Nonsense("a name that stands twice");
        }
    }
}
