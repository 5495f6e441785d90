using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Signals.Api;
using Signals.Api.Health;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.Hosting;

namespace Signals.Functions.Local.Hosting;

/// <summary>The whole product in one process: the HTTP surface, the stores, and the loops that stand in for triggers.</summary>
internal static class LocalApplication
{
    /// <summary>Serves until it is asked to stop.</summary>
    /// <exception cref="SettingException">It cannot start as it was told to.</exception>
    public static async Task RunAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        await using var data = await LocalData.OpenAsync(settings, cancellationToken);
        using var registry = await DefinitionRegistry.OpenAsync(data.Definitions, TimeProvider.System, cancellationToken);
        using var identities = await IdentityServices.OpenAsync(data.Definitions, settings.IdentityConfigurationFile, cancellationToken);
        using var telemetry = Telemetry.Start();
        await using var app = Build(settings, data, registry, identities);
        await StartAsync(app, settings.Urls, cancellationToken);
        StartScreen.Show(settings, AddressOf(app));
        await app.WaitForShutdownAsync(cancellationToken);
    }

    private static WebApplication Build(LocalSettings settings, LocalData data, DefinitionRegistry registry, IdentityConfigurationRegistry identities)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Signals", LogLevel.Information);
        // A start that fails is told by whoever started it, not by a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        data.AddTo(builder.Services, settings.EventLog);
        builder.Services.AddStreaming(registry, identities, settings.Interventions);
        builder.Services.AddSingleton<IReadinessProbe>(provider => provider.GetRequiredService<StreamingLoop>());
        builder.Services.AddSingleton<IRecentEvents>(provider => new LoggedEvents(provider.GetRequiredService<IEventLog>()));
        builder.Services.AddProfileAccess();
        builder.Services.AddSignalsApi(settings.ToApiOptions());
        builder.Services.AddWebhookDelivery();

        var app = builder.Build();
        app.MapSignalsApi();
        return app;
    }

    private static async Task StartAsync(WebApplication app, IReadOnlyList<string> urls, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new SettingException($"Another program listens already at {string.Join(", ", urls)}. Stop it, or choose another port with --urls http://127.0.0.1:PORT.");
        }
    }

    /// <summary>The first address it really listens on: the port may have been left to the system.</summary>
    private static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
}
