namespace Signals.CosmosEmulator.Faults;

/// <summary>An order and what it has done so far.</summary>
public sealed class ActiveFault
{
    private readonly TaskCompletionSource _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _matched;
    private int _strikes;

    internal ActiveFault(FaultOrder order)
    {
        Order = order;
    }

    public FaultOrder Order { get; }

    /// <summary>How many requests it struck.</summary>
    public int Strikes() => Volatile.Read(ref _strikes);

    /// <summary>Done when it strikes for the first time.</summary>
    public Task FirstStrike => _struck.Task;

    internal bool IsSpent => _strikes >= Order.Count;

    internal bool TryStrike(CosmosCall call)
    {
        if (IsSpent || !Order.Matches(call)) return false;
        var number = _matched++;
        if (number < Order.Skip || !IsChosen((ulong)number)) return false;
        _strikes++;
        _struck.TrySetResult();
        return true;
    }

    /// <summary>The same choice for the same seed and number (SplitMix64), in whatever order requests come.</summary>
    private bool IsChosen(ulong number)
    {
        if (Order.Share >= 1) return true;
        var z = Order.Seed + ((number + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53)) < Order.Share;
    }
}
