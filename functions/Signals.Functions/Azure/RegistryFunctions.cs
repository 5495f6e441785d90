using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>The definitions registry over HTTP.</summary>
public sealed class RegistryFunctions(SignalsPipeline api)
{
    /// <summary>Attribute keys, attribute groups, services, interventions and templates.</summary>
    [Function("Registry")]
    public Task RegistryAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/registry/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Publishes, unpublishes, and shows what the engines run.</summary>
    [Function("Engines")]
    public Task EnginesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/engines/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Tables and columns of the warehouse.</summary>
    [Function("Warehouse")]
    public Task WarehouseAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/warehouse/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
