using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Signals.Functions.Tests.Azure;

public sealed partial class HttpFunctionTests : IAsyncLifetime
{
    private FunctionsHost _host = null!;

    public async Task InitializeAsync() => _host = await FunctionsHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public void Every_endpoint_of_the_api_is_reached_by_exactly_one_function()
    {
        var endpoints = _host.SharedEndpoints;
        Assert.True(endpoints.Count > 50, $"Only {endpoints.Count} endpoints.");
        foreach (var endpoint in endpoints)
        {
            var path = SamplePathOf(endpoint.RoutePattern.RawText!);
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get])
            {
                var chosen = Choose(method, path);
                Assert.True(chosen.Count == 1, $"{method} {path} is matched by [{string.Join(", ", chosen)}].");
            }
        }
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/health-all")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/openapi.json")]
    [InlineData("GET", "/docs")]
    [InlineData("GET", "/docs/")]
    [InlineData("GET", "/docs/swagger-ui.css")]
    [InlineData("GET", "/robots.txt")]
    [InlineData("GET", "/sink-health")]
    [InlineData("GET", "/r/tp2")]
    [InlineData("GET", "/nothing/here")]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("DELETE", "/api/v1/registry/services/")]
    [InlineData("PATCH", "/api/v1/registry/attribute_keys/")]
    [InlineData("HEAD", "/api/v1/registry/attribute_keys/")]
    [InlineData("OPTIONS", "/api/v1/registry/attribute_keys/")]
    [InlineData("OPTIONS", "/com.snowplowanalytics.snowplow/tp2")]
    [InlineData("GET", "/api/v1/registry/attribute_keys/")]
    [InlineData("GET", "/api/v1/registry/templates/attribute_groups")]
    [InlineData("GET", "/api/v1/registry/webhooks")]
    [InlineData("GET", "/api/v1/engines/stream_attributes")]
    [InlineData("GET", "/api/v1/warehouse/tables")]
    [InlineData("GET", "/api/v1/bad-rows")]
    [InlineData("GET", "/api/v1/identities/nothing")]
    [InlineData("GET", "/identities/batch")]
    [InlineData("GET", "/api/v1/interventions")]
    [InlineData("GET", "/api/v1/interventions/decisions")]
    [InlineData("DELETE", "/api/v1/domain_userid/somebody")]
    [InlineData("GET", "/api/msc/v1/organizations/acme/credentials/v3/token")]
    public async Task Function_answers_like_the_local_runtime(string method, string path)
    {
        using var expected = await SendAsync(_host.Shared, method, path);
        using var actual = await SendAsync(_host.Functions, method, path);

        Assert.Equal(expected.StatusCode, actual.StatusCode);
        Assert.Equal(HeadersOf(expected), HeadersOf(actual));
        Assert.Equal(await expected.Content.ReadAsStringAsync(), await actual.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/api/v1/get-online-attributes", "{}")]
    [InlineData("/api/v1/push-attributes", "{}")]
    [InlineData("/api/v1/registry/attribute_keys/", """{"name":"account"}""")]
    [InlineData("/api/v1/engines/publish", "{}")]
    [InlineData("/api/v1/interventions/subscription-token", "{}")]
    [InlineData("/api/v1/testing/interventions/send", "{}")]
    [InlineData("/com.snowplowanalytics.snowplow/tp2", "{}")]
    public async Task Function_takes_a_body_like_the_local_runtime(string path, string body)
    {
        using var expected = await _host.Shared.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        using var actual = await _host.Functions.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        // The second of two registrations of one key is refused: both hosts are on the same store.
        if (path.Contains("attribute_keys", StringComparison.Ordinal))
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (expected.StatusCode, actual.StatusCode));
        else
            Assert.Equal((expected.StatusCode, await expected.Content.ReadAsStringAsync()), (actual.StatusCode, await actual.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Event_stream_goes_through_a_function_while_it_is_open()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        const string query = "/api/v1/interventions?domain_sessionid=8c9104e3-c300-4b20-82f2-93b7fa0b8feb";
        using var stream = await _host.Functions.GetAsync(query, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(deadline.Token));

        // Pushed in the other process: it reaches the stream by the store.
        using var push = await _host.Shared.PostAsync(query, new StringContent("""{"name":"outage_notice","version":1}""", Encoding.UTF8, "application/json"), deadline.Token);

        Assert.Equal("""{"status":"success"}""", await push.Content.ReadAsStringAsync(deadline.Token));
        var line = "";
        while (!line.StartsWith("data:", StringComparison.Ordinal))
            line = await reader.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException();
        Assert.Contains("outage_notice", line);
    }

    [Fact]
    public async Task Request_that_came_by_another_functions_route_is_answered_all_the_same()
    {
        // Routes overlap, and the host of the functions takes the first that fits: here health/live by the collector's route.
        var collector = FunctionRoutes.All.Single(function => function.Name == "Collector");
        var context = new DefaultHttpContext { RequestServices = _host.FunctionServices };
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = "/health/live";
        context.Request.RouteValues["vendor"] = "health";
        context.SetEndpoint(collector.ToEndpoint());
        context.Response.Body = new MemoryStream();

        await collector.ToEndpoint().RequestDelegate!(context);

        Assert.Equal("""{"status":"ok"}""", Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }

    [Fact]
    public void Routes_use_only_what_the_host_of_the_functions_knows()
    {
        foreach (var function in FunctionRoutes.All)
        {
            Assert.Equal(AuthorizationLevel.Anonymous, function.Trigger.AuthLevel);
            Assert.NotNull(function.Trigger.Route);
            Assert.DoesNotContain(function.Pattern.Parameters, parameter => parameter.ParameterPolicies.Any(policy => policy.Content != "maxlength(0)"));
            Assert.DoesNotMatch("^(admin|runtime)(/|$)", function.Trigger.Route);
        }
        Assert.Equal(FunctionRoutes.All.Count, FunctionRoutes.All.Select(function => function.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    /// <summary>The functions that routing leaves for a request after precedence and methods have decided.</summary>
    private static IReadOnlyList<string> Choose(string method, string path)
    {
        var fitting = FunctionRoutes.All
            .Where(function => function.Trigger.Methods is null or [] || function.Trigger.Methods.Contains(method, StringComparer.OrdinalIgnoreCase))
            .Where(function => Fits(function, path))
            .ToList();
        if (fitting.Count == 0)
            return [];
        var best = fitting.Min(function => RoutePrecedence.ComputeInbound(TemplateParser.Parse(function.Trigger.Route!)));
        return [.. fitting.Where(function => RoutePrecedence.ComputeInbound(TemplateParser.Parse(function.Trigger.Route!)) == best).Select(function => function.Name)];
    }

    private static bool Fits(FunctionRoutes.HttpFunction function, string path) =>
        function.Name == "Index" ? path == "/" : new TemplateMatcher(TemplateParser.Parse(function.Trigger.Route!), []).TryMatch(path, []);

    private static string SamplePathOf(string pattern) => "/" + Parameter().Replace(pattern, "sample").Trim('/');

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "OPTIONS")
            request.Headers.Add("Origin", "https://app.example");
        return await client.SendAsync(request);
    }

    private static IEnumerable<string> HeadersOf(HttpResponseMessage answer) =>
        answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Set-Cookie"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
