using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Interventions over HTTP: subscribe, push, read what was decided, test.</summary>
public sealed class InterventionFunctions(SignalsPipeline api)
{
    /// <summary>Subscribes to a stream of server-sent events (GET), or pushes (POST).</summary>
    [Function("Interventions")]
    public Task InterventionsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/interventions")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Issues subscription tokens and lists decisions.</summary>
    [Function("InterventionDetails")]
    public Task InterventionDetailsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/interventions/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Sends an intervention as a test.</summary>
    [Function("InterventionTests")]
    public Task InterventionTestsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/testing/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
