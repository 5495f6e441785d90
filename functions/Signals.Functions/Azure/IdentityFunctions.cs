using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Identities over HTTP.</summary>
public sealed class IdentityFunctions(SignalsPipeline api)
{
    /// <summary>Configuration, resolution, lookup, statistics, erasure, dry runs.</summary>
    [Function("Identities")]
    public Task IdentitiesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/identities/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Resolves in batches, at Snowplow's path.</summary>
    [Function("IdentitiesBatch")]
    public Task IdentitiesBatchAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "identities/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Erases people, at Snowplow's path.</summary>
    [Function("Erasure")]
    public Task ErasureAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "erasure")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
