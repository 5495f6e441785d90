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
