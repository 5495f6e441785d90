using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Signals.Api;
using Signals.Engine.Definitions;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Tests.Azure;

/// <summary>
/// Serves the HTTP functions on a real Kestrel, routed by their attributes as the worker routes them, over SQLite stores. Beside it the same
/// services serve the shared endpoints themselves, as the local runtime does.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    public const string Token = SignalsApiOptions.LocalSandboxToken;

    private readonly DirectoryInfo _folder;
    private readonly SqliteDatabase _database;
    private readonly DefinitionRegistry _registry;
    private readonly WebApplication _functions;
    private readonly WebApplication _shared;

    private FunctionsHost(DirectoryInfo folder, SqliteDatabase database, DefinitionRegistry registry)
    {
        (_folder, _database, _registry) = (folder, database, registry);
        _functions = Build(app => FunctionRoutes.MapAll(app));
        _shared = Build(app => app.MapSignalsApi());
    }

    /// <summary>Speaks to the functions.</summary>
    public HttpClient Functions { get; private set; } = null!;

    /// <summary>Speaks to the shared endpoints.</summary>
    public HttpClient Shared { get; private set; } = null!;

    /// <summary>The services of the functions.</summary>
    public IServiceProvider FunctionServices => _functions.Services;

    /// <summary>The endpoints of the shared API.</summary>
    public IReadOnlyList<RouteEndpoint> SharedEndpoints =>
        [.. _shared.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public static async Task<FunctionsHost> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("signals-functions-");
        var database = SqliteDatabase.Open(LocalSettings.DatabaseIn(folder.FullName));
        var registry = await DefinitionRegistry.OpenAsync(new SqliteDefinitionStore(database), TimeProvider.System, default);
        var host = new FunctionsHost(folder, database, registry);
        await host._functions.StartAsync();
        await host._shared.StartAsync();
        host.Functions = ClientOf(host._functions);
        host.Shared = ClientOf(host._shared);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Functions.Dispose();
        Shared.Dispose();
        await _functions.StopAsync();
        await _functions.DisposeAsync();
        await _shared.StopAsync();
        await _shared.DisposeAsync();
        _registry.Dispose();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private WebApplication Build(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSqliteEventLog(_database, new SqliteEventLogOptions()).AddSqliteStores(_database);
        builder.Services.AddEngine(_registry, new Engine.Interventions.InterventionOptions(), TimeSpan.FromMilliseconds(200));
        builder.Services.AddProfileAccess();
        builder.Services.AddSignalsApi(new SignalsApiOptions());
        builder.Services.AddSingleton<SignalsPipeline>();
        var app = builder.Build();
        map(app);
        return app;
    }

    private static HttpClient ClientOf(WebApplication app)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }
}
