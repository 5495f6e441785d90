using System.Diagnostics;
using System.Globalization;
using Signals.Functions.Tests.Azure;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Benchmarks.AzureRuntime;

/// <summary>One instance of the runtime on Azure in this process: it processes a batch as soon as it can, says when that was, and serves.</summary>
internal static class AzureInstance
{
    public const int BatchEvents = 1000;
    public const int Persons = 200;

    /// <summary>
    /// Runs until its input ends. Writes two lines: milliseconds from the start of the process to the first batch processed, with those of the
    /// processors behind a bar, and its address.
    /// </summary>
    /// <param name="args">Address of the account; address of the hubs; sequence number of the first event.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var host = await CloudHost.StartAsync(new Uri(args[0]), new Uri(args[1]));
        var first = long.Parse(args[2], CultureInfo.InvariantCulture);
        var events = Enumerable.Range(0, BatchEvents).Select(i => new FakeEventHubs.Event(EventLines.Of(Person(i % Persons)), new Dictionary<string, string>())).ToList();
        await host.DeliverAsync(partition: 0, first, events);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(DateTime.Now - process.StartTime).TotalMilliseconds:F0} | {process.TotalProcessorTime.TotalMilliseconds:F0}"));
        Console.WriteLine(host.Http.BaseAddress);
        await Console.In.ReadLineAsync();
        return 0;
    }

    /// <summary>One of the persons whose events are in the batch.</summary>
    public static string Person(int number) => $"00000000-0000-4000-8000-{number:D12}";
}
