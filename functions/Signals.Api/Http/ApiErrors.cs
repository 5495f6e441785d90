using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Signals.Api.Http;

/// <summary>The families of error bodies behind one host (spec signals-api 1.6).</summary>
public enum ErrorFamily
{
    /// <summary><c>{"detail": …}</c>: registry, engines, testing, warehouse, datasets, profile deletion.</summary>
    Registry,

    /// <summary><c>{"error": "text"}</c>: reading, interventions at run time, events, and everything outside <c>/api/v1</c>.</summary>
    Serving,

    /// <summary><c>{"error": {"code", "message", "timestamp"}}</c>: erasure, as Snowplow's Identities have it (spec identities, 13).</summary>
    Erasure,
}

/// <summary>Writes error answers: always JSON, always in the family of the path.</summary>
public static class ApiErrors
{
    private static readonly string[] ServingPaths =
    [
        "/api/v1/get-online-attributes", "/api/v1/push-attributes", "/api/v1/interventions",
        "/api/v1/event_log", "/api/v1/agentic_attribute", "/api/v1/bad-rows",
    ];

    /// <summary>The family of a path.</summary>
    public static ErrorFamily FamilyOf(PathString path)
    {
        if (path.StartsWithSegments("/erasure") || path.StartsWithSegments("/api/v1/identities/erasure"))
            return ErrorFamily.Erasure;
        if (!path.StartsWithSegments("/api/v1"))
            return ErrorFamily.Serving;
        foreach (var serving in ServingPaths)
        {
            if (path.StartsWithSegments(serving))
                return ErrorFamily.Serving;
        }
        return ErrorFamily.Registry;
    }

    /// <summary>Writes a text in the family of the request's path.</summary>
    public static Task WriteAsync(HttpContext context, int status, string text) =>
        FamilyOf(context.Request.Path) switch
        {
            ErrorFamily.Registry => WriteDetailAsync(context, status, text),
            ErrorFamily.Erasure => WriteEnvelopeAsync(context, status, text),
            _ => WriteErrorAsync(context, status, text),
        };

    /// <summary>Writes 401, which looks alike in the first two families.</summary>
    public static Task WriteUnauthorizedAsync(HttpContext context, string text) => FamilyOf(context.Request.Path) == ErrorFamily.Erasure
        ? WriteEnvelopeAsync(context, StatusCodes.Status401Unauthorized, text)
        : WriteErrorAsync(context, StatusCodes.Status401Unauthorized, text);

    /// <summary>Writes <c>{"error": text}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string text) => WriteMemberAsync(context, status, "error", text);

    /// <summary>Writes <c>{"detail": text}</c>.</summary>
    public static Task WriteDetailAsync(HttpContext context, int status, string text) => WriteMemberAsync(context, status, "detail", text);

    /// <summary>Writes <c>{"message": text}</c>, the shape of the token exchange.</summary>
    public static Task WriteMessageAsync(HttpContext context, int status, string text) => WriteMemberAsync(context, status, "message", text);

    private static async Task WriteEnvelopeAsync(HttpContext context, int status, string text)
    {
        var code = status switch
        {
            StatusCodes.Status401Unauthorized => "UNAUTHORIZED",
            StatusCodes.Status403Forbidden => "FORBIDDEN",
            StatusCodes.Status404NotFound => "NOT_FOUND",
            StatusCodes.Status405MethodNotAllowed => "METHOD_NOT_ALLOWED",
            >= 500 => "INTERNAL_ERROR",
            _ => "VALIDATION_ERROR",
        };
        context.Response.StatusCode = status;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartObject("error");
        answer.Writer.WriteString("code", code);
        answer.Writer.WriteString("message", text);
        answer.Writer.WriteString("timestamp", context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime);
        answer.Writer.WriteEndObject();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task WriteMemberAsync(HttpContext context, int status, string member, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = JsonAnswer.ContentType;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString(member, text);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }
}
