using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>
/// Every worked scenario of spec identities on one store. A subclass gives empty stores; for one that writes many items as one there is
/// a second subclass that gives it as a <see cref="SwitchedStore"/>, so that it goes through the steps of the protocol, too.
/// </summary>
public abstract class IdentityScenarioTests
{
    public static TheoryData<string> Names => IdentityVectors.Names;

    /// <summary>An empty store.</summary>
    protected abstract Task<IIdentityStore> OpenAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Scenario_comes_out_as_specified(string name) => await ScenarioRunner.RunAsync(name, await OpenAsync());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Scenario_comes_out_the_same_when_every_event_arrives_twice(string name) =>
        await ScenarioRunner.RunAsync(name, await OpenAsync(), deliversTwice: true);
}
