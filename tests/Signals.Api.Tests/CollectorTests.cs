using System.Net;
using System.Text;
using System.Text.Json;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Events;

namespace Signals.Api.Tests;

public sealed class CollectorTests : IAsyncLifetime
{
    private const string Post = "/com.snowplowanalytics.snowplow/tp2";
    private const string PageView = "e=pv&p=web&tv=js-4.6.0&aid=shop&eid=0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a10&url=https%3A%2F%2Fshop.example%2F";

    private ApiHost _host = null!;

    public async Task InitializeAsync() => _host = await ApiHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_post_of_two_events_is_answered_with_ok_and_gives_two_lines()
    {
        using var answer = await PostAsync(Payload("pv", "pv"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal(2, _host.Log.Texts(LogRecordKind.EnrichedLine).Count);
    }

    [Theory]
    [InlineData("GET", "/i")]
    [InlineData("GET", "/ice.png")]
    [InlineData("GET", Post)]
    [InlineData("HEAD", "/i")]
    [InlineData("HEAD", Post)]
    public async Task An_event_in_the_query_is_answered_with_a_pixel(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?{PageView}");

        using var answer = await _host.Anonymous.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/gif", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("must-revalidate no-cache no-store", string.Join(' ', answer.Headers.GetValues("Cache-Control").Single().Split(", ").Order()));
        Assert.Equal(method == "HEAD" ? 0 : 43, (await answer.Content.ReadAsByteArrayAsync()).Length);
        Assert.Single(_host.Log.Texts(LogRecordKind.EnrichedLine));
    }

    [Theory]
    [InlineData("/i")]
    [InlineData(Post)]
    public async Task A_preflight_permits_credentials_from_any_site(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://shop.example");

        using var answer = await _host.Anonymous.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("https://shop.example", HeaderOf(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", HeaderOf(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("Content-Type, SP-Anonymous", string.Join(", ", answer.Headers.GetValues("Access-Control-Allow-Headers")));
        Assert.Equal("3600", HeaderOf(answer, "Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData("https://shop.example", "https://shop.example")]
    [InlineData(null, "*")]
    public async Task Every_answer_names_the_origin(string? origin, string expected)
    {
        using var answer = await PostAsync(Payload("pv"), ("Origin", origin));

        Assert.Equal(expected, HeaderOf(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", HeaderOf(answer, "Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_new_visitor_gets_a_cookie_that_works_over_plain_HTTP()
    {
        using var answer = await PostAsync(Payload("pv"));

        var cookie = HeaderOf(answer, "Set-Cookie");
        Assert.Matches("^sp=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}; ", cookie);
        Assert.Contains("expires=Mon, 01 Mar 2027 12:00:00 GMT", cookie);
        Assert.Contains("path=/", cookie);
        Assert.Contains("samesite=lax", cookie);
        Assert.Contains("httponly", cookie);
        Assert.DoesNotContain("secure", cookie);
        Assert.Contains(cookie[3..39], Assert.Single(_host.Log.Texts(LogRecordKind.EnrichedLine)));
    }

    [Fact]
    public async Task A_known_visitor_keeps_the_id_of_the_cookie()
    {
        var id = Guid.NewGuid().ToString();

        using var answer = await PostAsync(Payload("pv"), ("Cookie", $"sp={id}"));

        Assert.StartsWith($"sp={id}; ", HeaderOf(answer, "Set-Cookie"));
        Assert.Equal(id, ColumnOf(AtomicColumns.NetworkUserid));
    }

    [Fact]
    public async Task The_parameter_nuid_wins_over_the_cookie()
    {
        var id = Guid.NewGuid().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/i?e=pv&p=web&tv=t&nuid={id}");
        request.Headers.Add("Cookie", $"sp={Guid.NewGuid()}");

        using var answer = await _host.Anonymous.SendAsync(request);

        Assert.StartsWith($"sp={id}; ", HeaderOf(answer, "Set-Cookie"));
        Assert.Equal(id, ColumnOf(AtomicColumns.NetworkUserid));
    }

    [Fact]
    public async Task An_id_that_is_no_UUID_is_a_bad_row_and_the_cookie_is_healed()
    {
        using var answer = await PostAsync(Payload("pv"), ("Cookie", "sp=<script>"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(Guid.TryParse(HeaderOf(answer, "Set-Cookie")[3..39], out _));
        Assert.Contains("collector_payload_format_violation", Assert.Single(_host.Log.Texts(LogRecordKind.BadRow)));
    }

    [Fact]
    public async Task An_anonymous_request_leaves_no_trace_of_its_sender()
    {
        using var answer = await PostAsync(
            Payload("pv"), ("SP-Anonymous", "*"), ("Cookie", $"sp={Guid.NewGuid()}"), ("X-Forwarded-For", "203.0.113.7"));

        Assert.StartsWith("sp=; expires=Thu, 01 Jan 1970", HeaderOf(answer, "Set-Cookie"));
        Assert.Equal(Guid.Empty.ToString(), ColumnOf(AtomicColumns.NetworkUserid));
        Assert.Equal("unknown", ColumnOf(AtomicColumns.IndexOf("user_ipaddress")));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7, 10.0.0.1", "203.0.113.7")]
    [InlineData("X-Forwarded-For", "203.0.113.7:4711", "203.0.113.7")]
    [InlineData("X-Forwarded-For", "<script>", "127.0.0.1")]
    [InlineData("Forwarded", "proto=https;for=\"[2001:db8::1]:80\", for=10.0.0.1", "2001:db8::1")]
    [InlineData("Accept", "*/*", "127.0.0.1")]
    public async Task The_address_is_the_first_that_proxies_name(string header, string value, string expected)
    {
        using var answer = await PostAsync(Payload("pv"), (header, value));

        Assert.Equal(expected, ColumnOf(AtomicColumns.IndexOf("user_ipaddress")));
    }

    [Fact]
    public async Task The_answer_waits_for_the_log()
    {
        var durable = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _host.Log.BeforeAppend = () =>
        {
            reached.TrySetResult();
            return durable.Task;
        };

        var post = PostAsync(Payload("pv"));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(post.IsCompleted);
        durable.SetResult();
        using var answer = await post;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_log_that_fails_is_503_so_that_the_tracker_tries_again()
    {
        _host.Log.BeforeAppend = () => throw new IOException("disk full");

        using var answer = await PostAsync(Payload("pv"), ("Origin", "https://shop.example"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("https://shop.example", HeaderOf(answer, "Access-Control-Allow-Origin"));
        Assert.NotNull(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_body_over_one_megabyte_is_a_size_violation_and_over_two_is_413()
    {
        using var large = await PostAsync(new string('x', 1024 * 1024 + 1));
        using var huge = await PostAsync(new string('x', 2 * 1024 * 1024 + 1));

        Assert.Equal(HttpStatusCode.OK, large.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
        Assert.Contains("size_violation", Assert.Single(_host.Log.Texts(LogRecordKind.BadRow)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"schema\":5,\"data\":{}}")]
    [InlineData("{\"schema\":\"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4\",\"data\":[]}")]
    [InlineData("{\"schema\":\"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4\",\"data\":[{\"e\":1}]}")]
    [InlineData("{\"schema\":\"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4\",\"data\":[{\"e\":\"pv\",\"p\":\"web\",\"tv\":\"t\",\"eid\":\"no uuid\"}]}")]
    public async Task A_body_that_cannot_be_used_is_taken_and_becomes_a_bad_row(string body)
    {
        using var answer = await PostAsync(body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(_host.Log.Texts(LogRecordKind.EnrichedLine));
        Assert.NotNull(JsonDocument.Parse(Assert.Single(_host.Log.Texts(LogRecordKind.BadRow))).RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public async Task Hostile_bodies_never_fail_the_request()
    {
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Payload("pv", "se"));
            for (var n = 0; n < 5; n++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var content = new ByteArrayContent(bytes);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            using var answer = await _host.Anonymous.PostAsync(Post, content);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"seed 11, round {i}: {answer.StatusCode}");
        }
        using var deep = await PostAsync(new string('[', 100_000));
        Assert.Equal(HttpStatusCode.OK, deep.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/health", HttpStatusCode.OK, "ok")]
    [InlineData("GET", "/sink-health", HttpStatusCode.OK, "ok")]
    [InlineData("GET", "/robots.txt", HttpStatusCode.OK, "User-agent: *\nDisallow: /")]
    [InlineData("GET", "/r/tp2?u=https%3A%2F%2Fevil.example", HttpStatusCode.NotFound, "redirects disabled")]
    public async Task The_small_paths_answer_as_the_collector_does(string method, string path, HttpStatusCode status, string text)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await _host.Anonymous.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("POST", "/api/v1")]
    [InlineData("POST", "/enriched/x")]
    [InlineData("POST", "/docs/index.html")]
    [InlineData("POST", "/health/live")]
    [InlineData("GET", "/mcp/x")]
    [InlineData("POST", "/api/v1/registry/nothing")]
    public async Task The_paths_of_everything_else_are_not_taken_for_events(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await _host.Client.SendAsync(request);

        Assert.InRange((int)answer.StatusCode, 404, 405);
        Assert.Empty(_host.Log.Records);
    }

    [Fact]
    public async Task The_sink_is_unhealthy_when_the_log_fails()
    {
        _host.Log.BeforeAppend = () => throw new IOException("disk full");

        using var answer = await _host.Anonymous.GetAsync("/sink-health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Trackers_beside_each_other_lose_nothing()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => PostAsync(Payload("pv", "pv", "pv"))));

        foreach (var answer in answers)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        }
        Assert.Equal(600, _host.Log.Texts(LogRecordKind.EnrichedLine).Distinct().Count());
    }

    [Fact]
    public async Task The_collector_can_be_switched_off()
    {
        await using var host = await ApiHost.StartAsync(new SignalsApiOptions { CollectorEnabled = false });

        using var answer = await host.Anonymous.GetAsync($"/i?{PageView}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task An_event_in_a_long_request_line_is_taken()
    {
        using var answer = await _host.Anonymous.GetAsync($"/i?{PageView}&page={new string('x', 18_000)}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static string Payload(params string[] events) => $$"""
        {"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{{string.Join(",", events.Select(e =>
            $$"""{"e":"{{e}}","p":"web","tv":"js-4.6.0","aid":"shop","eid":"{{Guid.NewGuid()}}","url":"https://shop.example/"}"""))}}]}
        """;

    private async Task<HttpResponseMessage> PostAsync(string body, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Post);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
        return await _host.Anonymous.SendAsync(request);
    }

    private string ColumnOf(int column) => Assert.Single(_host.Log.Texts(LogRecordKind.EnrichedLine)).Split('\t')[column];

    private static string HeaderOf(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
