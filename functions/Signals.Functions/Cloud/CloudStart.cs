using Azure.Core;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;

namespace Signals.Functions.Cloud;

/// <summary>What has to be there before the application can be built: the account with its containers, and the definitions in force.</summary>
public sealed class CloudStart : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CloudSettings _settings;
    private readonly CosmosAccount _account;
    private readonly DefinitionRegistry _registry;
    private readonly IdentityConfigurationRegistry _identities;
    private readonly TokenCredential _credential;

    private CloudStart(
        CloudSettings settings, CosmosAccount account, DefinitionRegistry registry, IdentityConfigurationRegistry identities, TokenCredential credential) =>
        (_settings, _account, _registry, _identities, _credential) = (settings, account, registry, identities, credential);

    /// <summary>Opens both. While the account is away it waits, below the time after which the platform gives a process up.</summary>
    /// <exception cref="SettingException">The account does not answer, or lacks a container.</exception>
    public static async Task<CloudStart> OpenAsync(CloudSettings settings, TokenCredential credential, CancellationToken cancellationToken)
    {
        var account = new CosmosAccount(settings.Cosmos, credential);
        try
        {
            var registry = await OpenRegistryAsync(account, cancellationToken);
            var identities = await IdentityServices.OpenAsync(new CosmosDefinitionStore(account), settings.IdentityConfigurationFile, cancellationToken);
            return new CloudStart(settings, account, registry, identities, credential);
        }
        catch (Exception error)
        {
            account.Dispose();
            if (error is StoreUnavailableException or InvalidOperationException)
                throw new SettingException($"The account of Signals__Cosmos__Endpoint ({settings.Cosmos.Endpoint}) cannot be used: {error.Message}");
            throw;
        }
    }

    /// <summary>Adds everything but the triggers.</summary>
    public void AddTo(IServiceCollection services) => services.AddCloud(_settings, _account, _registry, _identities, _credential);

    /// <inheritdoc />
    public void Dispose()
    {
        _registry.Dispose();
        _identities.Dispose();
        _account.Dispose();
    }

    private static async Task<DefinitionRegistry> OpenRegistryAsync(CosmosAccount account, CancellationToken cancellationToken)
    {
        for (var deadline = TimeProvider.System.GetUtcNow() + LongestWait; ;)
        {
            try
            {
                await account.OpenAsync(cancellationToken);
                return await DefinitionRegistry.OpenAsync(new CosmosDefinitionStore(account), TimeProvider.System, cancellationToken);
            }
            catch (StoreUnavailableException) when (TimeProvider.System.GetUtcNow() < deadline)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
