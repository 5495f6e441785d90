using System.Globalization;
using Microsoft.Azure.Cosmos;
using Signals.CosmosEmulator;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Emulator;

/// <summary>The emulator behind its port, with a client of the SDK and a clock that tests move.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    private int _containers;

    public ManualTime Time { get; } = new();

    public EmulatedCosmos Emulator { get; private set; } = null!;

    public CosmosClient Client { get; private set; } = null!;

    public Database Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Emulator = await EmulatedCosmos.StartAsync(new CosmosEmulatorOptions { Clock = Time });
        Client = NewClient();
        Database = await Client.CreateDatabaseIfNotExistsAsync("test");
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Emulator.DisposeAsync();
    }

    public CosmosClient NewClient(Action<CosmosClientOptions>? change = null)
    {
        var options = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = true,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableSendingMetricsToService = true },
        };
        change?.Invoke(options);
        return new CosmosClient(Emulator.Endpoint.AbsoluteUri, EmulatedCosmos.WellKnownKey, options);
    }

    /// <summary>A container of its own, partitioned by <c>/pk</c>, in which nothing is indexed unless a test asks for it.</summary>
    public async Task<Container> NewContainerAsync(Action<ContainerProperties>? change = null)
    {
        var name = "c" + Interlocked.Increment(ref _containers).ToString(CultureInfo.InvariantCulture);
        var properties = new ContainerProperties(name, "/pk");
        change?.Invoke(properties);
        return await Database.CreateContainerIfNotExistsAsync(properties);
    }
}
