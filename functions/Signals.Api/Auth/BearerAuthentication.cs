using Microsoft.Net.Http.Headers;
using Signals.Api.Http;

namespace Signals.Api.Auth;

/// <summary>
/// Lets a request through to its endpoint when its Bearer token permits it (spec signals-api 1.5). Everything under <c>/api/v1</c> needs a
/// valid token, unknown paths included, unless the endpoint says otherwise; elsewhere only endpoints that name a scope do.
/// </summary>
internal sealed class BearerAuthentication(RequestDelegate next, AccessTokens tokens)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var required = endpoint?.Metadata.GetMetadata<ScopeRequirement>()?.Scope;
        var open = endpoint?.Metadata.GetMetadata<OpenToAll>() is not null;
        var needsToken = required is not null || (!open && context.Request.Path.StartsWithSegments("/api/v1"));
        return needsToken ? CheckAsync(context, required) : next(context);
    }

    private async Task CheckAsync(HttpContext context, string? requiredScope)
    {
        var header = context.Request.Headers.Authorization;
        var token = header.Count == 1 && header[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : "";
        var grant = await tokens.ValidateAsync(token, context.RequestAborted);

        if (grant is null)
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            await ApiErrors.WriteUnauthorizedAsync(context, AccessTokens.IsJwt(token) ? "Invalid or expired JWT" : "Unauthorized");
        }
        else if (requiredScope is not null && !grant.Scopes.Contains(requiredScope))
        {
            await ApiErrors.WriteAsync(context, StatusCodes.Status403Forbidden, $"The token lacks the scope {requiredScope}");
        }
        else
        {
            context.Features.Set(grant);
            await next(context);
        }
    }
}
