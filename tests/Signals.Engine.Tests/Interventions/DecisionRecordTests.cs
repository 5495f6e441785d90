using System.Globalization;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>
/// Rules that look at several profiles, over a store that writes every profile by itself: the interventions are those of a run in which
/// nothing went wrong. A failure names its seed; set SIGNALS_ORACLE_SEED to run that one alone, or to two numbers with a dash.
/// </summary>
public sealed class DecisionRecordTests
{
    public static TheoryData<int> Seeds =>
        Environment.GetEnvironmentVariable("SIGNALS_ORACLE_SEED") is { Length: > 0 } chosen
            && chosen.Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToArray() is { } seeds
                ? [.. Enumerable.Range(seeds[0], seeds[^1] - seeds[0] + 1)]
                : [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_happens_on_the_way_the_interventions_and_values_are_those_of_an_undisturbed_run(int seed)
    {
        var scenario = new RuleScenario(seed);
        var (expected, _) = await DisturbedRun.UndisturbedAsync(scenario);
        var run = new DisturbedRun(scenario);
        run.Disturb();

        await run.RunAsync();

        AssertSame($"Seed {seed}", expected, DisturbedRun.TextsOf(run.Outbox.Arrivals));
        for (var key = 0; key < RuleScenario.Keys.Length; key++)
            foreach (var attribute in scenario.AttributeGroups[key].Attributes)
                foreach (var identifier in RuleScenario.IdentifiersOn(key))
                    Assert.Equal(
                        $"Seed {seed}, {identifier} {attribute.Name}: {scenario.Oracle(attribute, key, identifier)}",
                        $"Seed {seed}, {identifier} {attribute.Name}: {await run.ReadAsync($"{scenario.AttributeGroups[key].Name}_v1:{attribute.Name}", key, identifier)}");
    }

    private static void AssertSame(string where, List<string> expected, List<string> actual)
    {
        var missing = expected.Except(actual).Select(DisturbedRun.Describe).ToList();
        var extra = actual.Except(expected).Select(DisturbedRun.Describe).ToList();
        Assert.True(
            missing.Count + extra.Count == 0,
            $"{where}: of {expected.Count}\n{string.Join('\n', missing.Select(m => $"missing {m}"))}\n{string.Join('\n', extra.Select(m => $"extra   {m}"))}");
    }
}
