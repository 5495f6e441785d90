using System.Diagnostics;

namespace Signals.Acceptance.Harness;

/// <summary>Waits for something that happens in another process.</summary>
public static class Eventually
{
    /// <summary>How long anything may take before the test gives up. Generous: a loaded machine is no failure.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads until the value is accepted; fails with the last value at the deadline.</summary>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read, Func<T, bool> accept, string expectation, TimeSpan? deadline = null)
    {
        var watch = Stopwatch.StartNew();
        var limit = deadline ?? Deadline;
        while (true)
        {
            var value = await read();
            if (accept(value))
                return value;
            if (watch.Elapsed > limit)
                throw new TimeoutException($"Expected {expectation} within {limit.TotalSeconds} s; the last value was: {value}");
            await Task.Delay(Pause);
        }
    }
}
