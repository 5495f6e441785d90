using System.Diagnostics;

namespace Signals.Engine.Tests.Events;

/// <summary>Asserts that code allocates nothing once the runtime has compiled it for good.</summary>
public static class Allocations
{
    public static void AssertNone(Action action)
    {
        var deadline = Stopwatch.GetTimestamp() + 20 * Stopwatch.Frequency;
        long allocated;
        do
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                action();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (allocated > 0 && Stopwatch.GetTimestamp() < deadline);
        Assert.Equal(0, allocated);
    }
}
