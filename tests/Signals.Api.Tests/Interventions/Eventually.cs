namespace Signals.Api.Tests.Interventions;

/// <summary>Waits for a condition that becomes true by itself.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !await condition(); await Task.Delay(10))
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "The condition did not come true.");
    }

    public static Task HoldsAsync(Func<bool> condition) => HoldsAsync(() => Task.FromResult(condition()));
}
