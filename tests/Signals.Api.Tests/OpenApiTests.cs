using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Tests.Hosting;

namespace Signals.Api.Tests;

public sealed class OpenApiTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private JsonElement _document;

    public async Task InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _document = JsonDocument.Parse(await _host.Anonymous.GetStringAsync("/openapi.json")).RootElement;
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    [Trait("Row", "11")]
    public void The_document_describes_every_endpoint_that_needs_a_token()
    {
        var paths = _document.GetProperty("paths");
        var routes = _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(r => r.Metadata.GetMetadata<ScopeRequirement>() is not null).ToList();
        Assert.NotEmpty(routes);

        foreach (var route in routes)
        {
            var path = System.Text.RegularExpressions.Regex.Replace("/" + route.RoutePattern.RawText!.Trim('/'), @"\{\**([^}:]*)[^}]*\}", "{$1}");
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                Assert.True(
                    paths.TryGetProperty(path, out var item) && item.TryGetProperty(method.ToLowerInvariant(), out var operation),
                    $"{method} {path} is not in the document");
                var responses = item.GetProperty(method.ToLowerInvariant()).GetProperty("responses");
                Assert.True(responses.TryGetProperty("401", out _), $"{method} {path} has no 401");
                Assert.True(responses.TryGetProperty("200", out var success), $"{method} {path} has no 200");
                Assert.True(success.TryGetProperty("content", out _), $"{method} {path} has no body in its 200");
            }
        }
    }

    [Fact]
    [Trait("Row", "11")]
    public void The_document_knows_the_bearer_token()
    {
        var scheme = _document.GetProperty("components").GetProperty("securitySchemes").GetProperty("Bearer");

        Assert.Equal("http", scheme.GetProperty("type").GetString());
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
        var operation = _document.GetProperty("paths").GetProperty("/api/v1/bad-rows").GetProperty("get");
        Assert.True(operation.GetProperty("security")[0].TryGetProperty("Bearer", out _));
    }

    [Fact]
    public void Bodies_and_errors_are_typed()
    {
        var operation = _document.GetProperty("paths").GetProperty("/api/v1/bad-rows").GetProperty("get");

        var schema = operation.GetProperty("responses").GetProperty("400").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        var name = schema.GetProperty("$ref").GetString()!.Split('/')[^1];
        var properties = _document.GetProperty("components").GetProperty("schemas").GetProperty(name).GetProperty("properties");
        Assert.True(properties.TryGetProperty("error", out _));
    }

    [Theory]
    [InlineData("/api/v1/get-online-attributes", "application/json", "attribute_keys")]
    [InlineData("/api/v1/push-attributes", "application/json", "identifiers")]
    [InlineData("/{vendor}/{version}", "application/json", "data")]
    public void Request_bodies_are_typed(string path, string contentType, string property)
    {
        var body = _document.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("requestBody");

        var schema = body.GetProperty("content").GetProperty(contentType).GetProperty("schema");
        var name = schema.GetProperty("$ref").GetString()!.Split('/')[^1];
        Assert.True(_document.GetProperty("components").GetProperty("schemas").GetProperty(name).GetProperty("properties").TryGetProperty(property, out _));
    }

    [Fact]
    public void Every_reference_in_the_document_leads_somewhere()
    {
        var references = System.Text.RegularExpressions.Regex.Matches(_document.GetRawText(), "\"\\$ref\": ?\"#/([^\"]+)\"");
        Assert.NotEmpty(references);
        foreach (System.Text.RegularExpressions.Match reference in references)
        {
            var place = _document;
            foreach (var step in reference.Groups[1].Value.Split('/'))
                Assert.True(place.TryGetProperty(step, out place), reference.Value);
        }
    }

    [Fact]
    public void Every_parameter_of_a_path_is_described_once()
    {
        foreach (var path in _document.GetProperty("paths").EnumerateObject())
        {
            var expected = System.Text.RegularExpressions.Regex.Matches(path.Name, @"\{([^}]+)\}").Select(m => m.Groups[1].Value).ToList();
            foreach (var operation in path.Value.EnumerateObject())
            {
                var described = operation.Value.TryGetProperty("parameters", out var parameters)
                    ? parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "path").Select(p => p.GetProperty("name").GetString()!).ToList()
                    : [];
                Assert.Equal(expected, described);
            }
        }
    }

    [Theory]
    [Trait("Row", "11")]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    public async Task The_docs_page_is_served_without_a_redirect_and_with_everything_it_needs(string path)
    {
        using var answer = await _host.Anonymous.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        var needed = System.Text.RegularExpressions.Regex.Matches(html, "(?:src|href)=\"(/[^\"]+)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(2, needed.Count);
        foreach (var file in needed)
        {
            using var part = await _host.Anonymous.GetAsync(file);
            Assert.Equal(HttpStatusCode.OK, part.StatusCode);
            Assert.NotEmpty(await part.Content.ReadAsByteArrayAsync());
        }
        Assert.DoesNotContain("//", html.Replace("<!DOCTYPE", "", StringComparison.Ordinal));
    }
}
