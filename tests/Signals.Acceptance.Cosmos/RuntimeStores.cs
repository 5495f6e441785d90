using Signals.CosmosEmulator;

namespace Signals.Acceptance.Harness;

/// <summary>Where runtimes keep what they share: in an emulated Cosmos DB account of their own, in the process of the tests.</summary>
internal sealed class RuntimeStores : IAsyncDisposable
{
    private RuntimeStores(EmulatedCosmos emulator)
    {
        Emulator = emulator;
        Environment = new Dictionary<string, string>
        {
            ["Signals__Cosmos__Endpoint"] = emulator.Endpoint.AbsoluteUri,
            ["Signals__Cosmos__Emulator"] = "true",
        };
    }

    /// <summary>The account's other side.</summary>
    public EmulatedCosmos Emulator { get; }

    /// <summary>Environment variables of the processes.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public static async Task<RuntimeStores> StartAsync() => new(await EmulatedCosmos.StartAsync());

    public ValueTask DisposeAsync() => Emulator.DisposeAsync();
}
