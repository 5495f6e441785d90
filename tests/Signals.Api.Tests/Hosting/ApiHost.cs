using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Interventions;

namespace Signals.Api.Tests.Hosting;

/// <summary>The HTTP surface on a real Kestrel at a free loopback port, over in-memory stores that a test can break.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    public const string Token = SignalsApiOptions.LocalSandboxToken;

    private readonly WebApplication _app;

    private ApiHost(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Anonymous = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };
    }

    public Uri Url { get; }

    /// <summary>Sends the sandbox token with every request; follows no redirects and keeps no cookies.</summary>
    public HttpClient Client { get; }

    public HttpClient Anonymous { get; }

    public IServiceProvider Services => _app.Services;

    public TestClock Clock => (TestClock)Services.GetRequiredService<TimeProvider>();

    public InMemoryEventLog Log => Services.GetRequiredService<InMemoryEventLog>();

    public static async Task<ApiHost> StartAsync(
        SignalsApiOptions? options = null, Action<IServiceCollection>? services = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new TestClock());
        builder.Services.AddSingleton<IAccessStore, InMemoryAccessStore>();
        builder.Services.AddSingleton<InMemoryEventLog>();
        builder.Services.AddSingleton<IEventLog>(provider => provider.GetRequiredService<InMemoryEventLog>());
        builder.Services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<InMemoryEventLog>());
        builder.Services.AddSingleton<IBadRowStore, InMemoryBadRowStore>();
        builder.Services.AddSingleton<IInterventionOutbox, InMemoryInterventionOutbox>();
        builder.Services.AddSingleton(new StreamingMetrics());
        services?.Invoke(builder.Services);
        builder.Services.AddSignalsApi(options ?? new SignalsApiOptions());
        var app = builder.Build();
        app.MapSignalsApi();
        map?.Invoke(app);
        await app.StartAsync();
        return new ApiHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Anonymous.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
