using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Identities over HTTP.</summary>
public sealed class IdentityFunctions(SignalsPipeline api)
{
    /// <summary>Configuration, resolution, lookup, erasure, statistics, health of identifiers.</summary>
    [Function("Identities")]
    public Task IdentitiesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/identities/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Resolves batches for pipelines, at the path of Snowplow's Identities API.</summary>
    [Function("IdentityBatch")]
    public Task BatchAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "identities/batch")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Erases people, at the path of Snowplow's Identities API.</summary>
    [Function("Erasure")]
    public Task ErasureAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "erasure")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
