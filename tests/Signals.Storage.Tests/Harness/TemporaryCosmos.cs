using Signals.CosmosEmulator;
using Signals.Storage.Cosmos;

namespace Signals.Storage.Tests.Harness;

/// <summary>
/// A Cosmos DB account of its own for a test, opened twice as two processes would: the real client on an emulator, without
/// sockets. Its items expire by the clock that it is given.
/// </summary>
public sealed class TemporaryCosmos : IAsyncDisposable
{
    private readonly CosmosOptions _options;
    private readonly List<CosmosAccount> _accounts = [];

    public TemporaryCosmos(TimeProvider? clock = null, CosmosOptions? options = null, string? consistency = null)
    {
        var emulated = new CosmosEmulatorOptions { Clock = clock ?? TimeProvider.System };
        Emulator = new EmulatedCosmos(emulated with { Consistency = consistency ?? emulated.Consistency });
        _options = (options ?? new CosmosOptions { Endpoint = Emulator.Endpoint }) with { Endpoint = Emulator.Endpoint, Emulator = true };
        First = Open(options => options);
        Second = Open(options => options);
    }

    /// <summary>The account's other side: faults to order, what was asked and what it cost.</summary>
    public EmulatedCosmos Emulator { get; }

    public CosmosAccount First { get; }

    public CosmosAccount Second { get; }

    /// <summary>Creates the database and its containers.</summary>
    public Task CreateAsync() => First.EnsureCreatedAsync(default);

    /// <summary>Opens it once more, with other settings.</summary>
    public CosmosAccount Open(Func<CosmosOptions, CosmosOptions> configure)
    {
        var account = new CosmosAccount(configure(_options), httpClientFactory: () => new HttpClient(Emulator.CreateHandler()));
        _accounts.Add(account);
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var account in _accounts)
            account.Dispose();
        await Emulator.DisposeAsync();
    }
}
