using Microsoft.AspNetCore.Http;

namespace Signals.Api;

/// <summary>
/// The whole HTTP surface as one call, for a host that has routed the request itself, such as Azure Functions. It does not matter which
/// route of the host a request came by: here it is routed again, over the same endpoints as everywhere.
/// </summary>
/// <param name="services">The services of the application, with those of <see cref="SignalsApi.AddSignalsApi"/> among them.</param>
public sealed class SignalsPipeline(IServiceProvider services)
{
    // Only when the first request comes: most processes of an application that scales by trigger never see one.
    private readonly Lazy<RequestDelegate> _handle = new(() =>
    {
        var app = new ApplicationBuilder(services);
        app.MapSignalsApi();
        return app.Build();
    });

    /// <summary>Answers a request; returns when the answer is complete, which a stream is when the client leaves.</summary>
    public Task HandleAsync(HttpContext context)
    {
        // What the host's own routing chose would keep ours from choosing.
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        return _handle.Value(context);
    }
}
