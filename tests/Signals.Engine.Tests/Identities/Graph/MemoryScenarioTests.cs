using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>The scenarios on a graph in memory, batches written as one.</summary>
public sealed class MemoryScenarioTests : IdentityScenarioTests
{
    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new MemoryIdentityStore());
}

/// <summary>The scenarios on a graph in memory, one write at a time.</summary>
public sealed class MemoryProtocolScenarioTests : IdentityScenarioTests
{
    protected override Task<IIdentityStore> OpenAsync() => Task.FromResult<IIdentityStore>(new SwitchedStore(new MemoryIdentityStore()));
}

/// <summary>The scenarios with ids that are made in other ways.</summary>
public sealed class StrategyScenarioTests
{
    [Theory]
    [MemberData(nameof(IdentityVectors.NamesForAnyStrategy), MemberType = typeof(IdentityVectors))]
    public async Task Scenario_holds_with_ids_made_of_events_or_at_random(string name)
    {
        foreach (var strategy in (IdStrategy[])[IdStrategy.Event, IdStrategy.Random])
        {
            await ScenarioRunner.RunAsync(name, new MemoryIdentityStore(), deliversTwice: true, strategy: strategy);
            await ScenarioRunner.RunAsync(name, new SwitchedStore(new MemoryIdentityStore()), deliversTwice: true, strategy: strategy);
        }
    }
}
