using System.Data.Common;
using Microsoft.Extensions.Logging;
using Signals.Api.Ingest;
using Signals.Api.Serving;
using Signals.Engine.Events;

namespace Signals.Api.Http;

/// <summary>The outermost step of every request: whatever goes wrong inside ends as a JSON body of the path's family.</summary>
internal sealed partial class ErrorHandling(RequestDelegate next, ILogger<ErrorHandling> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (log.IsEnabled(LogLevel.Debug))
            RequestCame(log, context.Request.Method, context.Request.Path, context.Request.Headers["X-Signals-Sdk-Name"].ToString());
        try
        {
            await next(context);
            if (IsBareError(context.Response))
                await WriteBareErrorAsync(context);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested)
        {
            ClientLeft(log, context.Request.Method, context.Request.Path, exception.GetType().Name);
        }
        catch (BadHttpRequestException refusal)
        {
            await AnswerAsync(context, refusal.StatusCode, refusal.Message);
        }
        catch (Exception exception)
        {
            var status = IsDependencyDown(exception) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
            RequestFailed(log, exception, context.Request.Method, context.Request.Path, status);
            await AnswerAsync(context, status, TextOf(status));
        }
    }

    private static Task WriteBareErrorAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        // Routing takes DELETE /api/v1/{key}/{identifier} for a reason to say 405 to unknown paths of two segments below /api/v1.
        if (status == StatusCodes.Status405MethodNotAllowed && context.Response.Headers.Allow == "DELETE" && ProfileKeyConstraint.IsTaken(context.Request.Path))
        {
            context.Response.Headers.Remove("Allow");
            status = StatusCodes.Status404NotFound;
        }
        return ApiErrors.WriteAsync(context, status, TextOf(status));
    }

    private static async Task AnswerAsync(HttpContext context, int status, string text)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer is already out; cutting the connection is the only way left to say that it is not whole.
            context.Abort();
            return;
        }
        var cors = context.Response.Headers.Where(h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).ToList();
        context.Response.Clear();
        foreach (var (name, value) in cors)
            context.Response.Headers[name] = value;
        await ApiErrors.WriteAsync(context, status, text);
    }

    private static bool IsDependencyDown(Exception exception) => exception is LogUnavailableException or StoreUnavailableException or DbException or IOException or TimeoutException;

    private static bool IsBareError(HttpResponse response) =>
        response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null or 0 };

    private static string TextOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => "Not Found",
        StatusCodes.Status405MethodNotAllowed => "Method Not Allowed",
        StatusCodes.Status413PayloadTooLarge => "The body is too large",
        StatusCodes.Status500InternalServerError => "Internal Server Error",
        StatusCodes.Status503ServiceUnavailable => "The storage is not available; try again",
        _ => $"Status {status}",
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} from client '{Sdk}'.")]
    private static partial void RequestCame(ILogger log, string method, string path, string sdk);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed with status {Status}.")]
    private static partial void RequestFailed(ILogger log, Exception exception, string method, string path, int status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: the client left before the answer ({Reason}).")]
    private static partial void ClientLeft(ILogger log, string method, string path, string reason);
}
