using Microsoft.Azure.Functions.Worker;
using Signals.Api;

namespace Signals.Functions.Azure;

/// <summary>Reading, pushing and deleting attribute values over HTTP.</summary>
public sealed class AttributeFunctions(SignalsPipeline api)
{
    /// <summary>Reads attribute values.</summary>
    [Function("GetOnlineAttributes")]
    public Task GetOnlineAttributesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/get-online-attributes")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Pushes attribute values.</summary>
    [Function("PushAttributes")]
    public Task PushAttributesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/push-attributes")] HttpRequest request) => api.HandleAsync(request.HttpContext);

    /// <summary>Deletes a profile.</summary>
    [Function("DeleteProfile")]
    public Task DeleteProfileAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "api/v1/{attributeKey}/{identifier}")] HttpRequest request) => api.HandleAsync(request.HttpContext);
}
