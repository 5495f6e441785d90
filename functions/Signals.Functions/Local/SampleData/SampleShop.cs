using System.Buffers;
using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>
/// A web shop with visitors, as seen by its event pipeline: enriched lines in the order in which they reach the collector, as
/// many as wanted, one at a time. Memory does not grow with the number of lines. Not safe for several threads at once.
/// </summary>
public sealed class SampleShop
{
    private const double EventsPerSession = 8.5;
    private const double LongestLatenessMinutes = 36 * 60;

    /// <summary>Lines that may be repeated: trackers and brokers send again what they sent minutes ago.</summary>
    private const int RememberedLines = 512;

    private static readonly TimeSpan LongestRepeat = TimeSpan.FromMinutes(15);

    /// <summary>How much the most frequent visitors stand out: the offset of the Zipf-Mandelbrot law.</summary>
    private const double FrequencyOffset = 50;

    private static readonly Campaign?[] Campaigns =
    [
        null, null, null,
        new("cpc", "google", "summer_sale", "banner_a", "trail shoes", "Cj0KCQjw7byzBhCJARIsAA", "Google", "www.google.com", "search", "Google"),
        new("email", "newsletter", "week_27", "hero", "", "", "", "mail.example", "email", "Example Mail"),
        new("social", "instagram", "spring_looks", "story_3", "", "", "", "l.instagram.com", "social", "Instagram"),
    ];

    private readonly SampleShopOptions _options;
    private readonly PriorityQueue<ShopSession, (long, long)> _sessions = new();
    private readonly int[] _visits;
    private readonly (EventTime Collected, ArrayBufferWriter<byte> Line)[] _remembered =
        [.. Enumerable.Range(0, RememberedLines).Select(_ => (default(EventTime), new ArrayBufferWriter<byte>()))];

    private readonly ShopEventWriter _writer = new();
    private readonly MalformedLine _malformed = new();
    private readonly double _microsecondsBetweenSessions;
    private readonly double _newVisitorShare;
    private SampleRandom _random;
    private EventTime _nextArrival;
    private long _queued;
    private int _seen;
    private long _visitsSoFar;
    private SampleShopTotals _totals;

    /// <summary>Opens the shop.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SampleShop(SampleShopOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Events);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Users, 1);
        foreach (var share in new[] { options.MalformedShare, options.DuplicateShare, options.LateShare, options.MalformedShare + options.DuplicateShare })
            if (share is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(options), share, "Shares are 0 to 1, and at most 1 together.");

        _options = options;
        _random = SampleRandom.For(options.Seed, "shop", options.Events);
        _visits = new int[options.Users];
        var sessions = Math.Max(1, options.Events / EventsPerSession);
        _microsecondsBetweenSessions = options.Span.TotalMicroseconds / sessions;
        _newVisitorShare = Math.Clamp(1.2 * options.Users / sessions, 0.001, 0.85);
        _nextArrival = EventTime.From(options.Start);
    }

    /// <summary>What has been written so far.</summary>
    public SampleShopTotals Totals => _totals;

    /// <summary>Writes the next line; false when there are as many as wanted.</summary>
    /// <param name="line">The line without its line end, valid until the next call.</param>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_totals.Lines == _options.Events)
            return false;
        var fate = _random.NextDouble();
        if (fate < _options.DuplicateShare && _totals.Events > 0)
        {
            line = ChooseRemembered();
            _totals = _totals with { Lines = _totals.Lines + 1, Duplicates = _totals.Duplicates + 1 };
            return true;
        }
        line = WriteEvent(out var collected, out var late);
        if (fate >= 1 - _options.MalformedShare)
        {
            line = _malformed.Spoil(line, ref _random);
            _totals = _totals with { Lines = _totals.Lines + 1, Malformed = _totals.Malformed + 1 };
            return true;
        }
        Remember(line, collected);
        _totals = _totals with { Lines = _totals.Lines + 1, Events = _totals.Events + 1, Late = _totals.Late + (late ? 1 : 0) };
        return true;
    }

    private ReadOnlySpan<byte> WriteEvent(out EventTime collected, out bool late)
    {
        var (session, action) = NextAction();
        var happened = session.Now;
        collected = Later(happened, 40_000 + (long)_random.Exponential(300_000));
        late = _random.Chance(_options.LateShare);
        if (late)
        {
            // It reaches the collector now, but happened long ago.
            var minutes = 2 * Math.Pow(LongestLatenessMinutes / 2, _random.NextDouble());
            happened = Later(happened, -(long)(minutes * 60_000_000));
        }
        _writer.Write(session, action, happened, collected, ref _random);
        return _writer.Line;
    }

    private (ShopSession Session, ShopAction Action) NextAction()
    {
        while (true)
        {
            while (!_sessions.TryPeek(out _, out var first) || first.Item1 >= _nextArrival.UnixMicroseconds)
                Arrive();
            var session = _sessions.Dequeue();
            if (!session.TryAct(ref _random, out var action))
                continue;
            _sessions.Enqueue(session, (session.NextAt.UnixMicroseconds, ++_queued));
            return (session, action);
        }
    }

    private void Arrive()
    {
        var number = ChooseVisitor();
        var visit = ++_visits[number];
        var session = new ShopSession(new ShopVisitor(_options.Seed, number), visit, _random.NextGuid(), _nextArrival, _random.Pick(Campaigns));
        _sessions.Enqueue(session, (_nextArrival.UnixMicroseconds, ++_queued));
        _nextArrival = Later(_nextArrival, 1 + (long)_random.Exponential(_microsecondsBetweenSessions));
    }

    private int ChooseVisitor()
    {
        if (_seen < _options.Users && _seen <= _visitsSoFar++ * _newVisitorShare)
            return _seen++;
        var rank = FrequencyOffset * (Math.Pow(1 + _seen / FrequencyOffset, _random.NextDouble()) - 1);
        return Math.Min((int)rank, _seen - 1);
    }

    private void Remember(ReadOnlySpan<byte> line, EventTime collected)
    {
        ref var place = ref _remembered[_totals.Events % RememberedLines];
        place.Collected = collected;
        place.Line.ResetWrittenCount();
        place.Line.Write(line);
    }

    private ReadOnlySpan<byte> ChooseRemembered()
    {
        var newest = _totals.Events - 1;
        var oldest = Math.Max(0, newest - RememberedLines + 1);
        var notBefore = Later(_remembered[newest % RememberedLines].Collected, -(long)LongestRepeat.TotalMicroseconds);
        var chosen = oldest + _random.Below((int)(newest - oldest + 1));
        while (_remembered[chosen % RememberedLines].Collected < notBefore)
            chosen += _random.Below((int)(newest - chosen)) + 1;
        return _remembered[chosen % RememberedLines].Line.WrittenSpan;
    }

    private static EventTime Later(EventTime time, long microseconds) => new(time.UnixMicroseconds + microseconds);
}
