using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The state of an attribute with a period. Observations are kept one by one while there are at most
/// <see cref="MaxObservations"/>, so that the window is exact; beyond that they fold into tiles of period ÷ 128, and the
/// value may be one tile off at the trailing edge.
/// </summary>
internal sealed class WindowState
{
    /// <summary>Most observations kept one by one.</summary>
    public const int MaxObservations = 256;

    private const int TilesPerPeriod = 128;

    /// <summary>Only events dated into the future can make more tiles than a period has; these collapse into the newest.</summary>
    private const int MaxTiles = 4 * TilesPerPeriod;

    private readonly Aggregation _aggregation;
    private readonly long _period;
    private readonly List<Observation> _observations = [];
    private readonly SortedList<long, AggregationState> _tiles = [];

    public WindowState(Aggregation aggregation, TimeSpan period)
    {
        _aggregation = aggregation;
        _period = period.Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>Width of a tile in microseconds: whole seconds, at least one.</summary>
    private long TileWidth => Math.Max(1, (_period / TilesPerPeriod + 999_999) / 1_000_000) * 1_000_000;

    /// <summary>Adds an observation, unless it is older than the window.</summary>
    public void Fold(in Observation observation, EventTime now)
    {
        if (observation.Time.UnixMicroseconds <= Start(now))
            return;
        if (_tiles.Count > 0)
        {
            DropExpiredTiles(now);
            Tile(observation.Time).Fold(observation);
            return;
        }
        Insert(_aggregation.NeedsEventId ? observation : observation with { EventId = default });
        if (_observations.Count > MaxObservations)
            DropExpiredObservations(now);
        if (_observations.Count > MaxObservations)
            FoldIntoTiles();
    }

    /// <summary>Adds everything another window of the same attribute has.</summary>
    public void Merge(WindowState other, EventTime now)
    {
        foreach (var observation in other._observations)
            Fold(observation, now);
        if (other._tiles.Count == 0)
            return;
        FoldIntoTiles();
        foreach (var (index, tile) in other._tiles)
            Tile(new EventTime(index * TileWidth)).Merge(tile);
        DropExpiredTiles(now);
    }

    /// <summary>The aggregation over what is inside the window now; null when nothing is.</summary>
    public AggregationState? Collect(EventTime now)
    {
        AggregationState? collected = null;
        foreach (var observation in _observations)
            if (observation.Time.UnixMicroseconds > Start(now))
                (collected ??= _aggregation.Create()).Fold(observation);
        foreach (var (index, tile) in _tiles)
            if (TileEnd(index) > Start(now) + 1)
                (collected ??= _aggregation.Create()).Merge(tile);
        return collected;
    }

    /// <summary>Drops what has left the window.</summary>
    public void DropExpired(EventTime now)
    {
        DropExpiredObservations(now);
        DropExpiredTiles(now);
    }

    public void Write(StateWriter writer)
    {
        writer.Count(_observations.Count);
        long previous = 0;
        foreach (var observation in _observations)
        {
            writer.Signed(observation.Time.UnixMicroseconds - previous);
            previous = observation.Time.UnixMicroseconds;
            if (_aggregation.NeedsEventId)
                writer.Guid(observation.EventId);
            if (_aggregation.NeedsValue)
                writer.Scalar(observation.Value);
        }
        writer.Count(_tiles.Count);
        foreach (var (index, tile) in _tiles)
        {
            writer.Signed(index);
            tile.Write(writer);
        }
    }

    public static WindowState Read(Aggregation aggregation, TimeSpan period, ref StateReader reader)
    {
        var window = new WindowState(aggregation, period);
        long time = 0;
        for (var count = reader.Count(); count > 0; count--)
        {
            time += reader.Signed();
            var eventId = aggregation.NeedsEventId ? reader.Guid() : default;
            window._observations.Add(new Observation(new EventTime(time), eventId, aggregation.NeedsValue ? reader.Scalar() : default));
        }
        for (var count = reader.Count(); count > 0; count--)
            if (!window._tiles.TryAdd(reader.Signed(), aggregation.Read(ref reader)))
                throw StateReader.Nonsense("a tile that stands twice");
        return window;
    }

    private long Start(EventTime now) => now.UnixMicroseconds - _period;

    private long TileEnd(long index) => (index + 1) * TileWidth;

    private void Insert(in Observation observation)
    {
        var at = _observations.Count;
        while (at > 0 && _observations[at - 1].Time > observation.Time)
            at--;
        _observations.Insert(at, observation);
    }

    private void FoldIntoTiles()
    {
        foreach (var observation in _observations)
            Tile(observation.Time).Fold(observation);
        _observations.Clear();
    }

    private AggregationState Tile(EventTime time)
    {
        var index = Math.DivRem(time.UnixMicroseconds, TileWidth, out var rest) - (rest < 0 ? 1 : 0);
        if (_tiles.TryGetValue(index, out var tile))
            return tile;
        if (_tiles.Count >= MaxTiles)
            return _tiles.Values[^1];
        tile = _aggregation.Create();
        _tiles.Add(index, tile);
        return tile;
    }

    private void DropExpiredObservations(EventTime now)
    {
        var expired = _observations.FindIndex(observation => observation.Time.UnixMicroseconds > Start(now));
        _observations.RemoveRange(0, expired < 0 ? _observations.Count : expired);
    }

    private void DropExpiredTiles(EventTime now)
    {
        while (_tiles.Count > 0 && TileEnd(_tiles.Keys[0]) <= Start(now) + 1)
            _tiles.RemoveAt(0);
    }
}
