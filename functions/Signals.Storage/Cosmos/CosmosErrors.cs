using System.Globalization;
using System.Net;
using Azure.Identity;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Tells "the store is away" (<see cref="StoreUnavailableException"/>) from "this request is wrong" (everything else), by the status
/// codes of https://learn.microsoft.com/azure/cosmos-db/nosql/conceptual-resilient-sdk-applications.
/// </summary>
internal static class CosmosErrors
{
    private const HttpStatusCode RetryWith = (HttpStatusCode)449;

    /// <summary>
    /// Sub-status of a 404 that means the item is not there. Others mean that the container is not there (1003) or that the replica is
    /// behind the session (1002): neither says anything about the item.
    /// </summary>
    private const int NoSubStatus = 0;

    /// <summary>A container in words.</summary>
    public static string Describe(string container) => $"Cosmos DB container {container}";

    /// <summary>Whether an answer says that the item does not exist.</summary>
    public static bool IsMissingItem(ResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound && SubStatusOf(response) == NoSubStatus;

    /// <summary>The exception that an answer stands for, when it is neither a success nor an outcome that the caller understands.</summary>
    public static Exception ToException(string container, ResponseMessage response)
    {
        var error = new CosmosException(
            response.ErrorMessage ?? response.StatusCode.ToString(), response.StatusCode, SubStatusOf(response), response.Headers.ActivityId, response.Headers.RequestCharge);
        return IsUnavailable(response.StatusCode)
            ? new StoreUnavailableException(Describe(container), RetryAfterOf(response.Headers), error)
            : error;
    }

    /// <summary>The same for an answer to a transactional batch.</summary>
    public static Exception ToException(string container, TransactionalBatchResponse response)
    {
        var error = new CosmosException(
            response.ErrorMessage ?? response.StatusCode.ToString(), response.StatusCode, NoSubStatus, response.ActivityId, response.RequestCharge);
        return IsUnavailable(response.StatusCode)
            ? new StoreUnavailableException(Describe(container), response.RetryAfter, error)
            : error;
    }

    /// <summary>
    /// The exception to throw instead of one that the client threw; the same one when it does not mean that the store is away.
    /// </summary>
    /// <param name="store">Which store, in words.</param>
    /// <param name="error">What the client threw.</param>
    /// <param name="cancelled">Whether the caller has asked to stop: then a cancellation is a cancellation.</param>
    public static Exception Translate(string store, Exception error, bool cancelled) => error switch
    {
        CosmosException cosmos when IsUnavailable(cosmos.StatusCode) => new StoreUnavailableException(store, cosmos.RetryAfter, cosmos),
        OperationCanceledException when !cancelled => new StoreUnavailableException(store, null, new TimeoutException("no answer in time", error)),
        HttpRequestException or IOException or TimeoutException or AuthenticationFailedException => new StoreUnavailableException(store, null, error),
        _ => error,
    };

    /// <summary>Whether a write that failed like this may have been done all the same: the answer was lost, not the request refused.</summary>
    public static bool LeavesOutcomeOpen(StoreUnavailableException error) => error.InnerException switch
    {
        CosmosException cosmos => cosmos.StatusCode is not (HttpStatusCode.TooManyRequests or RetryWith
            or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound),
        AuthenticationFailedException => false,
        _ => true,
    };

    /// <summary>HTTP status of a failure, for the metrics; 0 when there was no answer.</summary>
    public static int StatusOf(Exception error) => error is CosmosException cosmos ? (int)cosmos.StatusCode : 0;

    // 404 comes here only when it is not about an item: a container that is gone, or a replica that is behind.
    private static bool IsUnavailable(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.Gone or HttpStatusCode.TooManyRequests or RetryWith
            or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
        || (int)status >= 500;

    private static int SubStatusOf(ResponseMessage response) =>
        int.TryParse(response.Headers["x-ms-substatus"], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : NoSubStatus;

    private static TimeSpan? RetryAfterOf(Headers headers) =>
        double.TryParse(headers["x-ms-retry-after-ms"], NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
