using BenchmarkDotNet.Running;
using Signals.Benchmarks.AzureCost;
using Signals.Benchmarks.AzureRuntime;
using Signals.Benchmarks.EndToEnd;
using Signals.Benchmarks.Identities;
using Signals.Benchmarks.Streams;

return args switch
{
    ["e2e", .. var rest] => await EndToEndRun.RunAsync(rest),
    ["sse", .. var rest] => await StreamsRun.RunAsync(rest),
    ["sse-processes", .. var rest] => await ProcessesRun.RunAsync(rest),
    ["outbox", .. var rest] => await OutboxRun.RunAsync(rest),
    ["memory", .. var rest] => await MemoryRun.RunAsync(rest),
    ["identities", .. var rest] => await IdentityRun.RunAsync(rest),
    ["azure-cost"] => await AzureCostRun.RunAsync(),
    ["azure"] => await AzureRun.RunAsync(),
    ["azure-instance", .. var rest] => await AzureInstance.RunAsync(rest),
    _ => RunBenchmarks(args),
};

static int RunBenchmarks(string[] args)
{
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(EndToEndRun).Assembly).Run(args);
    return summaries.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
}
