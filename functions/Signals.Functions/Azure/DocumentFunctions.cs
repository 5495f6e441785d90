using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>The description of the API over HTTP, and the answer to paths that it does not have.</summary>
public sealed class DocumentFunctions(SignalsPipeline api)
{
    /// <summary>The OpenAPI document.</summary>
    [Function("OpenApi")]
    public Task OpenApiAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "openapi.json")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>The page that shows it.</summary>
    [Function("Docs")]
    public Task DocsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "docs/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Answers paths that nothing else answers, in the API's own form.</summary>
    [Function("UnknownPaths")]
    public Task UnknownPathsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/{*path}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
