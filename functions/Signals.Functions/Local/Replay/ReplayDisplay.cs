using System.Diagnostics;
using Spectre.Console;

namespace Signals.Functions.Local.Replay;

/// <summary>Shows how far a replay has come: a bar on a terminal, now and then a line elsewhere.</summary>
internal static class ReplayDisplay
{
    private static readonly TimeSpan BarPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    public static Task ShowWhileAsync(Task replay, ReplayProgress progress) =>
        Console.IsErrorRedirected || Console.IsOutputRedirected ? ShowLinesAsync(replay, progress) : ShowBarAsync(replay, progress);

    public static string Summary(ReplayProgress progress, TimeSpan elapsed)
    {
        var rate = (progress.Accepted + progress.Bad) / Math.Max(elapsed.TotalSeconds, 1e-3);
        return $"{progress.Accepted:N0} events accepted, {progress.Bad:N0} bad rows, in {elapsed.TotalSeconds:N1} s ({rate:N0} events/s).";
    }

    private static async Task ShowLinesAsync(Task replay, ReplayProgress progress)
    {
        var start = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(replay, Task.Delay(LinePeriod)) != replay)
            await Console.Error.WriteLineAsync(Summary(progress, Stopwatch.GetElapsedTime(start)));
        await replay;
    }

    private static async Task ShowBarAsync(Task replay, ReplayProgress progress)
    {
        var start = Stopwatch.GetTimestamp();
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Replay", maxValue: Math.Max(progress.TotalBytes ?? 1, 1));
                task.IsIndeterminate = progress.TotalBytes is null;
                while (await Task.WhenAny(replay, Task.Delay(BarPeriod)) != replay)
                {
                    task.Value = progress.BytesRead;
                    var rate = (progress.Accepted + progress.Bad) / Stopwatch.GetElapsedTime(start).TotalSeconds;
                    task.Description = $"{progress.Accepted:N0} events, {progress.Bad:N0} bad, {rate:N0}/s, {progress.Waiting:N0} waiting";
                }
                task.Value = task.MaxValue;
            });
        await replay;
    }
}
