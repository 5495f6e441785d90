using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Events over HTTP: the collector, and bulk input.</summary>
public sealed class EventFunctions(SignalsPipeline api)
{
    /// <summary>Takes enriched events, one a line.</summary>
    [Function("Enriched")]
    public Task EnrichedAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "enriched")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Takes events from trackers.</summary>
    [Function("Collector")]
    public Task CollectorAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{vendor}/{version}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Takes one event in the query string.</summary>
    [Function("CollectorPixel")]
    public Task CollectorPixelAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "i")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Takes one event in the query string, at the path of old trackers.</summary>
    [Function("CollectorIcePixel")]
    public Task CollectorIcePixelAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "ice.png")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Says whether the event log takes events.</summary>
    [Function("SinkHealth")]
    public Task SinkHealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "sink-health")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Keeps crawlers away.</summary>
    [Function("Robots")]
    public Task RobotsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "robots.txt")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
