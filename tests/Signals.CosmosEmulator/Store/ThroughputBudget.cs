namespace Signals.CosmosEmulator.Store;

/// <summary>
/// What a range may spend in each second of its clock. As in the service, a request that starts while anything is left runs to
/// its end; what it overspends is taken from the seconds after.
/// </summary>
internal sealed class ThroughputBudget(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private long _second = long.MinValue;
    private double _spent;

    /// <summary>Null if a request may start, else how long until it may.</summary>
    public TimeSpan? WaitFor(double unitsPerSecond)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            Advance(now, unitsPerSecond);
            if (_spent < unitsPerSecond) return null;
            var secondsAhead = Math.Floor(_spent / unitsPerSecond);
            return DateTimeOffset.FromUnixTimeSeconds(_second).AddSeconds(secondsAhead) - now;
        }
    }

    public void Spend(double units)
    {
        lock (_gate) _spent += units;
    }

    private void Advance(DateTimeOffset now, double unitsPerSecond)
    {
        var second = now.ToUnixTimeSeconds();
        if (second == _second) return;
        var passed = _second == long.MinValue ? 0 : second - _second;
        _spent = Math.Max(0, _spent - (passed * unitsPerSecond));
        _second = second;
    }
}
