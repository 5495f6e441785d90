using Microsoft.Azure.Cosmos;
using Signals.CosmosEmulator;
using Signals.Storage.Cosmos;

namespace Signals.Storage.Tests.Account;

/// <summary>
/// An account that is reached over a socket, with a database of its own: of the emulator at <c>SIGNALS_COSMOS_ENDPOINT</c>, such as
/// Microsoft's in a container, or else of the emulator of this repository. Nothing can be ordered of it but what stores ask for.
/// </summary>
public sealed class AccountOverHttp : IAsyncDisposable
{
    private static readonly string? Given = Environment.GetEnvironmentVariable("SIGNALS_COSMOS_ENDPOINT");

    private readonly EmulatedCosmos? _own;
    private readonly CosmosOptions _options;
    private readonly List<CosmosAccount> _accounts = [];

    private AccountOverHttp(EmulatedCosmos? own, Uri endpoint) =>
        (_own, _options) = (own, new CosmosOptions { Endpoint = endpoint, Database = $"test-{Guid.NewGuid():N}", Emulator = true });

    /// <summary>A client as a process has it.</summary>
    public CosmosAccount First => field ??= Open();

    /// <param name="clock">By which items expire. Nobody sets the clock of a given emulator.</param>
    public static async Task<AccountOverHttp> CreateAsync(TimeProvider? clock = null)
    {
        var own = Given is null ? await EmulatedCosmos.StartAsync(new CosmosEmulatorOptions { Clock = clock ?? TimeProvider.System }) : null;
        var account = new AccountOverHttp(own, own?.Endpoint ?? new Uri(Given!));
        await account.First.EnsureCreatedAsync(default);
        return account;
    }

    /// <summary>A client as another process has it.</summary>
    public CosmosAccount Open()
    {
        var account = new CosmosAccount(_options);
        _accounts.Add(account);
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var account in _accounts)
            account.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
        else
            await DeleteAsync();
    }

    private async Task DeleteAsync()
    {
        var options = new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            LimitToEndpoint = true,
            ServerCertificateCustomValidationCallback = (_, _, _) => true,
        };
        using var client = new CosmosClient(_options.Endpoint.AbsoluteUri, EmulatedCosmos.WellKnownKey, options);
        await client.GetDatabase(_options.Database).DeleteAsync();
    }
}
