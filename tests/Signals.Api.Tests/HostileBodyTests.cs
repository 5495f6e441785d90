using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;

namespace Signals.Api.Tests;

/// <summary>Whatever is sent to whatever endpoint, the answer is a JSON body and never an internal error.</summary>
public sealed class HostileBodyTests
{
    private static readonly string[] Bodies =
    [
        "", " ", "{", "}", "[]", "{}", "null", "true", "0", "1e999", "-0", "\"\"", "[[[[[[]]]]]]", "{\"a\":{\"a\":{\"a\":{}}}}", "\u0000", "\uFEFF{}",
        "{\"name\":\"\\ud800\"}", "{\"name\":1,\"name\":2}", "{\"name\":{},\"version\":[],\"attributes\":7,\"attribute_keys\":\"x\",\"is_published\":\"maybe\"}",
        "{\"name\":null,\"version\":null,\"attributes\":null,\"attribute_key\":null,\"attribute_groups\":null,\"criteria\":null,\"events\":null}",
        "{\"name\":\"x\",\"version\":1e400,\"attribute_key\":{\"name\":{\"name\":{}}},\"attributes\":[[],{},null,1,\"\"],\"attribute_groups\":[null,1,{}]}",
        "{\"attributes\":[{\"name\":[],\"type\":{},\"aggregation\":0,\"events\":{},\"property\":[],\"criteria\":\"\",\"period\":{},\"ttl\":[]}]}",
        "{\"attribute_keys\":{\"\":[\"\"],\"domain_userid\":[[]]},\"service\":[],\"full_attribute_names\":null}",
    ];

    [Fact]
    [Trait("Row", "3")]
    public async Task No_body_makes_any_endpoint_fail()
    {
        await using var host = await ServingHost.StartAsync();
        byte[][] bodies =
        [
            .. Bodies.Select(Encoding.UTF8.GetBytes),
            [0xFF, 0xFE, 0x00], [0x22, 0xC3, 0x28, 0x22], Encoding.UTF8.GetBytes(new string('[', 100_000)), Encoding.UTF8.GetBytes($"\"{new string('x', 900_000)}\""),
        ];
        var routes = host.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(r => r.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(m => (Method: m, Path: r.RoutePattern.RawText!)) ?? [])
            .Where(r => r.Method is "POST" or "PUT" or "DELETE")
            .ToList();
        Assert.NotEmpty(routes);

        foreach (var (method, route) in routes)
        {
            var path = Regex.Replace(route, "{[^}]*}", "1");
            foreach (var body in bodies)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", path == "/enriched" ? "application/x-ndjson" : "application/json");
                using var answer = await host.Client.SendAsync(request);
                Assert.True(
                    answer.StatusCode < HttpStatusCode.InternalServerError,
                    $"{method} {path} answers {(int)answer.StatusCode} to {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)))}");
                if (answer.Content.Headers.ContentType?.MediaType == "application/json")
                    JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).Dispose();
                else
                    Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
            }
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nCookie: sp=%FF%00; sp=;;;=\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /i?%%%&e=%ZZ&=&&e=pv HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ,,,\r\nForwarded: for=;;\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /docs/..%2f..%2fsecret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/v1/registry/attribute_keys/%00 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer local-sandbox-token\r\nConnection: close\r\n\r\n")]
    [InlineData("DELETE /api/v1/domain_userid/%C3%28 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer local-sandbox-token\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/v1/bad-rows?limit=%FF&before=%00 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer local-sandbox-token\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/v1/bad-rows HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ....\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/msc/v1/organizations/%00/credentials/v3/token HTTP/1.1\r\nHost: x\r\nX-API-Key: \r\nX-API-Key-Id: \x7F\r\nConnection: close\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")]
    public async Task No_request_line_or_header_makes_the_server_fail(string request)
    {
        await using var host = await ServingHost.StartAsync();

        var answer = await RawHttp.SendAsync(host.Api.Url, request);

        Assert.Matches("^HTTP/1.1 [234]", answer);
    }
}
