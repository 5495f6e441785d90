using System.Globalization;
using Signals.Simulation;

// Runs seeds of the simulation: one, or all from the first to the last of two.
if (args.Length is 0 or > 2 || !args.All(argument => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
{
    await Console.Error.WriteLineAsync("Usage: Signals.Simulation SEED | FIRST LAST");
    return 2;
}
var seeds = args.Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
var failed = 0;
for (var seed = seeds[0]; seed <= seeds[^1]; seed++)
{
    foreach (var (name, run) in new (string, Func<int, Task<SimulationResult>>)[] { ("aggregators", CosmosSimulation.RunAsync), ("resolvers", ResolverSimulation.RunAsync) })
    {
        var result = await run(seed);
        if (result.Problems.Count > 0 || seeds.Length == 1)
            Console.WriteLine($"{name}: {result}");
        failed += result.Problems.Count > 0 ? 1 : 0;
    }
}
Console.WriteLine($"{seeds[^1] - seeds[0] + 1} seeds, {failed} with differences.");
return failed == 0 ? 0 : 1;
