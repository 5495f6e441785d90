using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>How the application is, over HTTP.</summary>
public sealed class HealthFunctions(SignalsPipeline api)
{
    /// <summary>Says what this is. The host takes no empty route for one; a parameter that can only be empty stands for it.</summary>
    [Function("Index")]
    public Task IndexAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{root:maxlength(0)?}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>The state of the dependencies.</summary>
    [Function("HealthAll")]
    public Task HealthAllAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health-all")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Liveness and readiness.</summary>
    [Function("Health")]
    public Task HealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
