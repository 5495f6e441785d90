using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;

namespace Signals.Api.Auth;

/// <summary>The exchange of an API key pair for an access token, at the path that clients have built in (spec signals-api 1.5).</summary>
internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/msc/v1/organizations/{organization}/credentials/v3/token", ExchangeAsync)
            .Describe("Access", "Exchanges an API key pair for an access token that is good for 24 hours.")
            .TakesHeader("X-API-Key-Id", "Public half of the key pair.")
            .TakesHeader("X-API-Key", "Secret half of the key pair.")
            .Answers<TokenAnswer>();

    private static async Task ExchangeAsync(HttpContext context)
    {
        var request = context.Request;
        var organization = (string)request.RouteValues["organization"]!;
        var services = context.RequestServices;
        var keys = services.GetRequiredService<ApiKeys>();

        var key = await keys.VerifyAsync(
            organization, request.Headers["X-API-Key-Id"].ToString(), request.Headers["X-API-Key"].ToString(), context.RequestAborted);
        if (key is null)
        {
            await ApiErrors.WriteMessageAsync(context, StatusCodes.Status401Unauthorized, "Invalid API key, API key id or organization");
            return;
        }

        var token = await services.GetRequiredService<AccessTokens>().IssueAsync(key, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("accessToken", token);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }
}
