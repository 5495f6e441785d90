using System.Globalization;
using System.Net;
using Signals.CosmosEmulator.Faults;
using Signals.CosmosEmulator.Gateway;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator;

/// <summary>
/// A Cosmos DB account in memory that clients reach in gateway mode: over HTTP on loopback after <see cref="StartAsync"/>, or
/// without sockets through <see cref="CreateHandler"/>.
/// </summary>
public sealed class EmulatedCosmos : IAsyncDisposable
{
    /// <summary>The key that every Cosmos DB emulator has, published by its documentation. Signatures are not checked.</summary>
    public const string WellKnownKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private readonly AccountGateway _gateway;
    private WebApplication? _web;

    public EmulatedCosmos(CosmosEmulatorOptions? options = null)
    {
        Options = options ?? new CosmosEmulatorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.RangesPerContainer, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Options.RangesPerContainer, 64);
        _gateway = new AccountGateway(new Account(Options), Faults, Meter);
    }

    public CosmosEmulatorOptions Options { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>What was asked and what it cost.</summary>
    public OperationMeter Meter { get; } = new();

    /// <summary>Where clients connect to. A placeholder while nothing listens: the handler of <see cref="CreateHandler"/> takes any address.</summary>
    public Uri Endpoint { get; private set; } = new("http://localhost:8081/");

    /// <summary>An emulator that listens on a port of the loopback interface; 0 takes a free one.</summary>
    public static async Task<EmulatedCosmos> StartAsync(CosmosEmulatorOptions? options = null, int port = 0, CancellationToken cancellationToken = default)
    {
        var emulator = new EmulatedCosmos(options);
        await emulator.ListenAsync(port, cancellationToken);
        return emulator;
    }

    /// <summary>A handler for <c>CosmosClientOptions.HttpClientFactory</c> that needs no socket.</summary>
    public HttpMessageHandler CreateHandler() => new InProcessTransport(_gateway);

    /// <summary>Waits until the process is asked to end.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _web!.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
    }

    private async Task ListenAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = HttpTransport.MaximumBodyBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        _web = builder.Build();
        ControlEndpoint.Map(_web, Faults, Meter);
        _web.Run(context => HttpTransport.HandleAsync(context, _gateway));
        await _web.StartAsync(cancellationToken);
        Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{new Uri(_web.Urls.First()).Port}/"));
    }
}
