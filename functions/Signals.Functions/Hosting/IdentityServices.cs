using System.Diagnostics.Metrics;
using Signals.Engine.Definitions;
using Signals.Engine.Identities;

namespace Signals.Functions.Hosting;

/// <summary>Identities as services of any runtime. They need an <see cref="IIdentityStore"/>, an
/// <see cref="IMergeEventSink"/> and an <see cref="IRecentEvents"/>.</summary>
internal static class IdentityServices
{
    /// <summary>Opens the configuration, and puts the one of a file in force when it is another one.</summary>
    /// <param name="store">Where configurations are kept.</param>
    /// <param name="file">Path of the file; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SettingException">The file cannot be used.</exception>
    public static async Task<IdentityConfigurationRegistry> OpenAsync(IDefinitionStore store, string? file, CancellationToken cancellationToken)
    {
        var configuration = file is null ? null : await IdentityConfigurationFile.ReadAsync(file, cancellationToken);
        var registry = await IdentityConfigurationRegistry.OpenAsync(store, TimeProvider.System, cancellationToken);
        if (configuration is not null)
            await registry.PublishAsync(configuration, IdentityConfigurationFile.Author, expectedVersion: null, cancellationToken);
        return registry;
    }

    /// <summary>Adds everything but the stores.</summary>
    /// <param name="services">Where to add.</param>
    /// <param name="registry">The configuration in force.</param>
    /// <param name="refresh">How often to look for a configuration that another process has published.</param>
    public static IServiceCollection AddIdentities(this IServiceCollection services, IdentityConfigurationRegistry registry, TimeSpan refresh)
    {
        services.AddSingleton(registry);
        services.AddSingleton<IIdentityConfigurationSource>(registry);
        services.AddSingleton(provider => new ExtractionMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new ResolutionMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<IdentityStage>();
        services.AddSingleton(provider => new IdentityUpkeep(
            provider.GetRequiredService<IIdentityStore>(), registry, provider.GetRequiredService<IdentityResolver>(), provider.GetRequiredService<IMergeEventSink>(),
            provider.GetRequiredService<ResolutionMetrics>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<IDeferredQueue>()));
        services.AddSingleton(provider => new IdentityResolver(
            provider.GetRequiredService<IIdentityStore>(), provider.GetService<IDeferredEvents>(), provider.GetRequiredService<TimeProvider>(),
            new IdentityResolverOptions { Metrics = provider.GetRequiredService<ResolutionMetrics>() }));
        services.AddSingleton(provider => new IdentityEraser(
            provider.GetRequiredService<IIdentityStore>(), provider.GetService<IDeferredQueue>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => new IdentityConfigurationRefresh(
            registry, refresh, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<IdentityConfigurationRefresh>>()));
        return services;
    }
}

/// <summary>Notices configurations of identities that another process has published in the same store.</summary>
internal sealed class IdentityConfigurationRefresh(
    IdentityConfigurationRegistry registry, TimeSpan period, TimeProvider time, ILogger<IdentityConfigurationRefresh> logger) : PeriodicService(period, time, logger)
{
    /// <inheritdoc />
    protected override async Task RunOnceAsync(CancellationToken cancellationToken) => await registry.RefreshAsync(cancellationToken);
}
