namespace Signals.Acceptance.Harness;

/// <summary>
/// Where runtimes keep what they share, as settings: in the data folder, as without any. The acceptance tests on Cosmos DB are these tests
/// with another class in the place of this one.
/// </summary>
internal sealed class RuntimeStores : IAsyncDisposable
{
    private RuntimeStores()
    {
    }

    /// <summary>Environment variables of the processes.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public static Task<RuntimeStores> StartAsync() => Task.FromResult(new RuntimeStores());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
