using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>What came of events and deliveries, over HTTP: bad rows and webhooks.</summary>
public sealed class OperationFunctions(SignalsPipeline api)
{
    /// <summary>Lists bad rows.</summary>
    [Function("BadRows")]
    public Task BadRowsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/bad-rows/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Shows what webhooks could not deliver, and tries it again.</summary>
    [Function("Webhooks")]
    public Task WebhooksAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/webhooks/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
