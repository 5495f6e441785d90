using System.Net;
using Signals.Api.Interventions;
using Signals.Engine.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class SubscriptionTests
{
    private const string AnnsQuery = "?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5";

    [Fact]
    [Trait("Row", "72")]
    [Trait("Row", "74")]
    [Trait("Row", "12")]
    public async Task A_stream_opens_at_once_with_the_headers_that_browsers_and_proxies_need()
    {
        await using var site = await StartAsync();

        await using var stream = await EventStream.OpenAsync(site.Host, AnnsQuery);

        Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", stream.Response.Headers.CacheControl!.ToString());
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("*", stream.Response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Empty(stream.Response.Content.Headers.ContentEncoding);
        Assert.Equal(": connected", await stream.ReadFrameAsync());
    }

    [Fact]
    [Trait("Row", "75")]
    [Trait("Row", "76")]
    public async Task Frames_are_exactly_what_clients_parse()
    {
        await using var site = await StartAsync();
        await using var stream = await EventStream.OpenAsync(site.Host, AnnsQuery);
        Assert.Equal(": connected", await stream.ReadFrameAsync());
        Assert.Equal("id: 0", await stream.ReadFrameAsync());
        var id = Guid.Parse("550e8400-e29b-41d4-a716-446655440000");

        await site.SendAsync(Ann, message => message with { InterventionId = id });
        await site.SendAsync(Ann, message => message with { Attributes = new Dictionary<string, string>() });

        Assert.Equal(
            "id: 1\ndata: {\"intervention_id\":\"550e8400-e29b-41d4-a716-446655440000\",\"name\":\"cart_help\",\"version\":1,"
            + "\"attributes\":{\"cart_value\":\"250.0\"},"
            + "\"target_attribute_key\":{\"name\":\"domain_userid\",\"id\":\"218e8926-3858-431d-b2ed-66da03a1cbe5\"}}",
            await stream.ReadFrameAsync());
        Assert.Contains("\"attributes\":{}", await stream.ReadFrameAsync());
    }

    [Fact]
    [Trait("Row", "75")]
    public async Task Whatever_a_value_holds_stays_on_one_line()
    {
        await using var site = await StartAsync();
        await using var stream = await EventStream.OpenReadyAsync(site.Host, AnnsQuery);
        // Everything at which Python's splitlines splits.
        var value = "a\nb\rc\u0085d\u2028e\u2029f\u000bg\u000ch\u001ci\u001dj\u001ek ü 漢字 \"q\" \\";

        await site.SendAsync(Ann, message => message with { Attributes = new Dictionary<string, string> { ["text"] = value } });

        var frame = await stream.ReadFrameAsync();
        Assert.DoesNotContain(frame!.Split('\n')[1], c => c is '\r' or '\u0085' or '\u2028' or '\u2029' or < ' ');
        Assert.Contains("漢字", frame);
        await site.SendAsync(Ann, message => message with { Attributes = new Dictionary<string, string> { ["text"] = value } });
        Assert.Equal(value, (await stream.ReadMessageAsync())!.Payload.GetProperty("attributes").GetProperty("text").GetString());
    }

    [Theory]
    [Trait("Row", "73")]
    [InlineData("?domain_userid=ann", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5&domain_sessionid=7", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5&domain_userid=", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid={218e8926-3858-431d-b2ed-66da03a1cbe5}", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=218e89263858431db2ed66da03a1cbe5", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=+18e8926-3858-431d-b2ed-66da03a1cbe5", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=0x8e8926-3858-431d-b2ed-66da03a1cbe5", "only UUIDs allowed as attribute key values")]
    [InlineData("?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5%0A", "only UUIDs allowed as attribute key values")]
    [InlineData("?shoe_size=218e8926-3858-431d-b2ed-66da03a1cbe5", "attribute key 'shoe_size' does not exist")]
    [InlineData("", "name at least one attribute key with an identifier in the query")]
    public async Task One_bad_identifier_refuses_the_whole_request(string query, string error)
    {
        await using var site = await StartAsync();

        using var answer = await site.Host.Anonymous.GetAsync("/api/v1/interventions" + query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal($$"""{"error":"{{error}}"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    [Trait("Row", "72")]
    public async Task A_stream_gets_what_is_for_any_of_its_identifiers_and_nothing_else()
    {
        await using var site = await StartAsync();
        var legacy = new InterventionTarget("visitor", "11111111-2222-4333-8444-555555555555");
        await using var stream = await EventStream.OpenReadyAsync(
            site.Host, $"{AnnsQuery}&domain_userid={Bob.Identifier.ToUpperInvariant()}&domain_sessionid={AnnsSession.Identifier}&legacy_visitor={legacy.Identifier}");

        var sent = new List<Guid>();
        await site.SendAsync(new InterventionTarget("network_userid", Ann.Identifier));
        foreach (var target in new[] { Bob, AnnsSession, legacy, Ann })
            sent.Add((await site.SendAsync(target)).InterventionId);
        await site.SendAsync(new InterventionTarget("domain_userid", "ann"));
        sent.Add((await site.SendAsync(Bob)).InterventionId);

        foreach (var id in sent)
            Assert.Equal(id, (await stream.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    [Trait("Row", "72")]
    public async Task A_token_is_not_looked_at()
    {
        await using var site = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/interventions/" + AnnsQuery);
        request.Headers.Add("Authorization", "Bearer nonsense");

        using var answer = await site.Host.Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    [Trait("Row", "82")]
    public async Task Of_several_targets_of_one_intervention_a_stream_gets_the_first_and_other_streams_theirs()
    {
        await using var site = await StartAsync();
        await using var both = await EventStream.OpenReadyAsync(site.Host, $"{AnnsQuery}&domain_sessionid={AnnsSession.Identifier}");
        await using var session = await EventStream.OpenReadyAsync(site.Host, $"?domain_sessionid={AnnsSession.Identifier}");
        var toSession = Message(AnnsSession);

        await site.Outbox.AppendAsync([toSession, toSession with { Target = Ann }], default);
        var next = await site.SendAsync(Ann);

        Assert.Equal("domain_sessionid", (await both.ReadMessageAsync())!.Payload.GetProperty("target_attribute_key").GetProperty("name").GetString());
        Assert.Equal(next.InterventionId, (await both.ReadMessageAsync())!.InterventionId);
        Assert.Equal(toSession.InterventionId, (await session.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    public async Task Held_out_and_expired_messages_are_not_delivered()
    {
        await using var site = await StartAsync();
        await using var stream = await EventStream.OpenReadyAsync(site.Host, AnnsQuery);

        await site.SendAsync(Ann, message => message with { Decision = InterventionDecision.HeldOut });
        await site.SendAsync(Ann, message => message with { ExpiresAt = message.DecidedAt });
        var delivered = await site.SendAsync(Ann, message => message with { ExpiresAt = message.DecidedAt.AddHours(1) });

        Assert.Equal(delivered.InterventionId, (await stream.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    public async Task What_was_sent_before_the_connection_is_not_repeated()
    {
        await using var site = await StartAsync();
        await site.SendAsync(Ann);
        await using (var first = await EventStream.OpenAsync(site.Host, AnnsQuery, lastEventId: 0))
            Assert.NotNull(await first.ReadMessageAsync());

        await using var stream = await EventStream.OpenAsync(site.Host, AnnsQuery);
        Assert.Equal(": connected", await stream.ReadFrameAsync());
        Assert.Equal("id: 1", await stream.ReadFrameAsync());
        var sent = await site.SendAsync(Ann);

        Assert.Equal(sent.InterventionId, (await stream.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    [Trait("Row", "74")]
    public async Task Idle_streams_are_kept_alive_with_comments()
    {
        await using var site = await StartAsync(new SubscriptionOptions { KeepAlive = TimeSpan.FromMilliseconds(150) });
        await using var stream = await EventStream.OpenReadyAsync(site.Host, AnnsQuery);

        Assert.Equal(": keep-alive", await stream.ReadFrameAsync());
        Assert.Equal(": keep-alive", await stream.ReadFrameAsync());
    }

    [Fact]
    public async Task Streams_end_when_the_process_stops()
    {
        var site = await StartAsync();
        await using var stream = await EventStream.OpenReadyAsync(site.Host, AnnsQuery);

        var stopped = site.DisposeAsync().AsTask();

        Assert.Null(await stream.ReadFrameAsync());
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task More_identifiers_than_allowed_are_refused()
    {
        await using var site = await StartAsync(new SubscriptionOptions { MaxIdentifiers = 2 });
        var two = $"{AnnsQuery}&domain_userid={Bob.Identifier}";
        await using var stream = await EventStream.OpenReadyAsync(site.Host, $"{two}&domain_userid={Bob.Identifier}");

        using var answer = await site.Host.Anonymous.GetAsync($"/api/v1/interventions{two}&domain_userid={AnnsSession.Identifier}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("at most 2 identifiers", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Subscriptions_are_limited_per_address_and_in_all_and_counted_until_they_end()
    {
        await using var site = await StartAsync(new SubscriptionOptions { MaxPerAddress = 2, MaxTotal = 3, ClientAddressHeader = "X-Forwarded-For" });
        async Task<HttpResponseMessage> OpenFrom(string addresses)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/interventions" + AnnsQuery);
            request.Headers.Add("X-Forwarded-For", addresses);
            return await site.Host.Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        var first = await OpenFrom("9.9.9.9, 192.0.2.1");
        using var second = await OpenFrom("192.0.2.1:55555");
        using var third = await OpenFrom("192.0.2.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.StartsWith("{\"error\":\"At most 2 subscriptions per client address", await third.Content.ReadAsStringAsync());
        using var other = await OpenFrom("2001:db8::1");
        using var full = await OpenFrom("192.0.2.3");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);

        first.Dispose();

        await Eventually.HoldsAsync(async () =>
        {
            using var again = await OpenFrom("192.0.2.1");
            return again.StatusCode == HttpStatusCode.OK;
        });
    }
}
