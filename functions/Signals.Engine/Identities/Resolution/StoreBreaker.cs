namespace Signals.Engine.Identities;

/// <summary>
/// Leaves a store alone that failed five times in a row: for 30 seconds, and twice as long each time that it fails again, up to five
/// minutes. One batch is let through when the time is over (spec identities, sections 8 and 9.1).
/// </summary>
internal sealed class StoreBreaker(TimeProvider time)
{
    private const int Failures = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private int _failures;
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset _closedUntil;

    /// <summary>True while the store is left alone.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() < _closedUntil;
        }
    }

    /// <summary>Takes note of how it went.</summary>
    public void Report(bool answered)
    {
        lock (_lock)
        {
            if (answered)
            {
                (_failures, _pause) = (0, FirstPause);
                return;
            }
            if (++_failures < Failures)
                return;
            _closedUntil = time.GetUtcNow() + _pause;
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }
}
