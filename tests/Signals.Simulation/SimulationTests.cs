namespace Signals.Simulation;

/// <summary>
/// Seeds of the simulation. One that fails is run again by itself with
/// <c>dotnet run --project tests/Signals.Simulation -- SEED</c>, several with <c>-- FIRST LAST</c>.
/// </summary>
public sealed class SimulationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Instances_that_fail_and_overtake_one_another_leave_what_one_undisturbed_instance_leaves(int seed)
    {
        var result = await CosmosSimulation.RunAsync(seed);

        Assert.True(result.Problems.Count == 0, $"{result}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Resolvers_that_fail_and_overtake_one_another_make_one_id_of_one_person(int seed)
    {
        var result = await ResolverSimulation.RunAsync(seed);

        Assert.True(result.Problems.Count == 0, $"{result}");
    }

    [Fact]
    public async Task There_is_trouble_and_instances_die()
    {
        var results = await Task.WhenAll(Enumerable.Range(1, 5).Select(CosmosSimulation.RunAsync));

        Assert.True(results.Sum(result => result.Strikes) > 50);
        Assert.True(results.Sum(result => result.Deaths) > 5);
    }
}
