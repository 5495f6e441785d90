using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.Tests.Hosting;

namespace Signals.Api.Tests;

public sealed class TransportTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async Task InitializeAsync() => _host = await ApiHost.StartAsync(map: app =>
    {
        app.MapGet("/api/v1/registry/boom", _ => throw new InvalidOperationException("secret detail"));
        app.MapGet("/api/v1/event_log", _ => throw new IOException("disk"));
        app.MapGet("/api/v1/registry/things", context => ApiErrors.WriteAsync(context, 400, "no things"));
        app.MapPost("/api/v1/registry/things", async context =>
        {
            using var body = await RequestBody.ReadJsonAsync(context, new SignalsApiOptions { MaxJsonBodyBytes = 1024 });
            await context.Response.WriteAsync("{}");
        });
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [Trait("Row", "3")]
    [InlineData("/api/v1/registry/unknown", HttpStatusCode.NotFound, "detail")]
    [InlineData("/api/v1/interventions/unknown/x", HttpStatusCode.NotFound, "error")]
    [InlineData("/unknown", HttpStatusCode.NotFound, "error")]
    [InlineData("/api/v1/registry/boom", HttpStatusCode.InternalServerError, "detail")]
    [InlineData("/api/v1/event_log", HttpStatusCode.ServiceUnavailable, "error")]
    public async Task Every_failure_is_a_JSON_body_of_the_family_of_its_path(string path, HttpStatusCode status, string member)
    {
        using var answer = await _host.Client.GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var text = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty(member).GetString();
        Assert.NotEmpty(text!);
        Assert.DoesNotContain("secret", text);
    }

    [Fact]
    [Trait("Row", "3")]
    public async Task A_method_that_a_path_does_not_know_is_a_JSON_405()
    {
        using var answer = await _host.Client.PatchAsync("/api/v1/registry/things", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("Method Not Allowed", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());
    }

    [Theory]
    [Trait("Row", "1")]
    [InlineData("/api/v1/registry/things")]
    [InlineData("/api/v1/registry/things/")]
    public async Task The_slash_and_the_non_slash_form_reach_the_same_handler(string path)
    {
        using var answer = await _host.Client.GetAsync(path);

        Assert.Equal("""{"detail":"no things"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        using var answer = await _host.Client.PostAsync("/api/v1/registry/things", new ByteArrayContent(new byte[2000]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("1024", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_is_400()
    {
        using var answer = await _host.Client.PostAsync("/api/v1/registry/things", new ByteArrayContent([0x22, 0xC3, 0x28, 0x22]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("UTF-8", await answer.Content.ReadAsStringAsync());
    }
}
