using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Access over HTTP.</summary>
public sealed class AccessFunctions(SignalsPipeline api)
{
    /// <summary>Exchanges an API key pair for an access token.</summary>
    [Function("Token")]
    public Task TokenAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/msc/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
