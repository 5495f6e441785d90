using System.Net;
using Signals.Api.Tests.Hosting;

namespace Signals.Api.Tests;

public sealed class CorsTests
{
    [Theory]
    [Trait("Row", "12")]
    [InlineData("/api/v1/interventions")]
    [InlineData("/api/v1/registry/attribute_groups/")]
    [InlineData("/api/v1/get-online-attributes")]
    public async Task A_preflight_is_answered_without_a_token(string path)
    {
        await using var host = await ApiHost.StartAsync();

        using var answer = await PreflightAsync(host, path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("GET, POST, PUT, DELETE, OPTIONS", string.Join(", ", answer.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal(
            "Authorization, Content-Type, X-Signals-Sdk-Name, X-API-Key, X-API-Key-Id",
            string.Join(", ", answer.Headers.GetValues("Access-Control-Allow-Headers")));
    }

    [Fact]
    public async Task A_refusal_can_be_read_by_the_page_that_called()
    {
        await using var host = await ApiHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/registry/services/");
        request.Headers.Add("Origin", "https://app.example");

        using var answer = await host.Anonymous.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData("/api/v1/registry/services/", "https://app.example", "https://app.example")]
    [InlineData("/api/v1/registry/services/", "https://evil.example", null)]
    [InlineData("/api/v1/interventions", "https://evil.example", "*")]
    [Trait("Row", "12")]
    public async Task Restricted_origins_leave_only_the_subscription_open(string path, string origin, string? allowed)
    {
        await using var host = await ApiHost.StartAsync(new SignalsApiOptions { AllowedOrigins = ["https://app.example"] });

        using var answer = await PreflightAsync(host, path, origin);

        Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
    }

    private static async Task<HttpResponseMessage> PreflightAsync(ApiHost host, string path, string origin = "https://app.example")
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return await host.Anonymous.SendAsync(request);
    }
}
