using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Access;
using Signals.Engine.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class PushTests
{
    private const string Query = "?domain_sessionid=8c9104e3-c300-4b20-82f2-93b7fa0b8feb";
    private const string Notice = """{"name":"outage_notice","version":1}""";

    [Fact]
    [Trait("Row", "83")]
    public async Task A_push_reaches_the_subscriber_and_says_so()
    {
        await using var site = await StartAsync();
        await using var stream = await EventStream.OpenReadyAsync(site.Host, Query);

        var answer = await PushAsync(site.Host, Query, """
            {"name":"outage_notice","version":2,"intervention_id":"550E8400-e29b-41d4-a716-446655440000","attributes":{"until":"\"noon\""},
             "target_attribute_key":{"name":"user_id","id":"someone"}}
            """);

        Assert.Equal("""{"status":"success"}""", answer);
        Assert.Equal(
            "id: 1\ndata: {\"intervention_id\":\"550e8400-e29b-41d4-a716-446655440000\",\"name\":\"outage_notice\",\"version\":2,"
            + "\"attributes\":{\"until\":\"\\\"noon\\\"\"},"
            + "\"target_attribute_key\":{\"name\":\"domain_sessionid\",\"id\":\"8c9104e3-c300-4b20-82f2-93b7fa0b8feb\"}}",
            await stream.ReadFrameAsync());
    }

    [Fact]
    [Trait("Row", "83")]
    public async Task A_push_without_subscriber_is_undelivered()
    {
        await using var site = await StartAsync();
        await using var other = await EventStream.OpenReadyAsync(site.Host, "?domain_userid=" + Bob.Identifier);

        Assert.Equal("""{"status":"undelivered"}""", await PushAsync(site.Host, Query, Notice));
    }

    [Fact]
    [Trait("Row", "83")]
    public async Task One_subscriber_among_several_targets_is_success()
    {
        await using var site = await StartAsync();
        await using var stream = await EventStream.OpenReadyAsync(site.Host, Query);

        var answer = await PushAsync(site.Host, $"?domain_userid={Ann.Identifier}&domain_userid={Bob.Identifier}&domain_sessionid={AnnsSession.Identifier}", Notice);

        Assert.Equal("""{"status":"success"}""", answer);
        Assert.NotNull(await stream.ReadMessageAsync());
    }

    [Fact]
    [Trait("Row", "83")]
    public async Task The_same_intervention_again_says_what_became_of_it_and_is_not_sent_twice()
    {
        await using var site = await StartAsync();
        const string body = """{"name":"outage_notice","version":1,"intervention_id":"550e8400-e29b-41d4-a716-446655440000"}""";
        await using var stream = await EventStream.OpenReadyAsync(site.Host, Query);

        Assert.Equal("""{"status":"success"}""", await PushAsync(site.Host, Query, body));
        await Eventually.HoldsAsync(async () => (await site.Outbox.ReadReceiptsAsync(Guid.Parse("550e8400-e29b-41d4-a716-446655440000"), default)).Count == 1);
        Assert.Equal("""{"status":"success"}""", await PushAsync(site.Host, Query, body));
        await PushAsync(site.Host, Query, Notice);

        Assert.Equal("550e8400-e29b-41d4-a716-446655440000", (await stream.ReadMessageAsync())!.InterventionId.ToString());
        Assert.NotEqual("550e8400-e29b-41d4-a716-446655440000", (await stream.ReadMessageAsync())!.InterventionId.ToString());
    }

    [Fact]
    [Trait("Row", "83")]
    [Trait("Row", "84")]
    public async Task A_push_is_truthful_about_streams_that_another_process_holds()
    {
        await using var site = await StartAsync();
        var other = await site.AddProcessAsync();
        await using var stream = await EventStream.OpenReadyAsync(other, Query);

        Assert.Equal("""{"status":"success"}""", await PushAsync(site.Host, Query, Notice));
        Assert.Equal("""{"status":"undelivered"}""", await PushAsync(site.Host, "?domain_userid=" + Ann.Identifier, Notice));
        Assert.Equal("outage_notice", (await stream.ReadMessageAsync())!.Payload.GetProperty("name").GetString());
    }

    [Fact]
    [Trait("Row", "84")]
    public async Task What_one_process_decides_reaches_the_streams_of_another()
    {
        await using var site = await StartAsync();
        var other = await site.AddProcessAsync();
        await using var here = await EventStream.OpenReadyAsync(site.Host, Query);
        await using var there = await EventStream.OpenReadyAsync(other, Query);

        var sent = new List<Guid>();
        for (var i = 0; i < 50; i++)
        {
            var message = Message(AnnsSession);
            sent.Add(message.InterventionId);
            await OutboxOf(i % 2 == 0 ? site.Host : other).AppendAsync([message], default);
        }

        foreach (var stream in new[] { here, there })
        {
            foreach (var id in sent)
                Assert.Equal(id, (await stream.ReadMessageAsync())!.InterventionId);
        }
    }

    [Fact]
    [Trait("Row", "83")]
    public async Task A_hub_that_does_not_answer_makes_the_push_a_failure_and_one_that_is_gone_does_not_count()
    {
        await using var site = await StartAsync();
        await site.Outbox.AnnounceHubAsync("elsewhere/1/a", TimeProvider.System.GetUtcNow().AddMinutes(5), default);
        Assert.Equal("""{"status":"failure"}""", await PushAsync(site.Host, Query, Notice));

        await site.Outbox.AnnounceHubAsync("elsewhere/1/a", TimeProvider.System.GetUtcNow(), default);
        await site.Outbox.AnnounceHubAsync($"{Environment.MachineName}/{int.MaxValue}/a", TimeProvider.System.GetUtcNow().AddMinutes(5), default);

        Assert.Equal("""{"status":"undelivered"}""", await PushAsync(site.Host, Query, Notice));
    }

    [Theory]
    [Trait("Row", "83")]
    [InlineData("?domain_userid=ann", Notice, "only UUIDs allowed as attribute key values")]
    [InlineData("", Notice, "name at least one attribute key with an identifier in the query")]
    [InlineData(Query, "", "the body: Field required")]
    [InlineData(Query, "[]", "the body is not a JSON object")]
    [InlineData(Query, """{"version":1}""", "name: expected 1 to 128 letters, digits and underscores")]
    [InlineData(Query, """{"name":"bad name","version":1}""", "name: expected 1 to 128 letters, digits and underscores")]
    [InlineData(Query, """{"name":"a"}""", "version: expected an integer from 0")]
    [InlineData(Query, """{"name":"a","version":"1"}""", "version: expected an integer from 0")]
    [InlineData(Query, """{"name":"a","version":-1}""", "version: expected an integer from 0")]
    [InlineData(Query, """{"name":"a","version":1,"intervention_id":"x"}""", "intervention_id: expected a UUID")]
    [InlineData(Query, """{"name":"a","version":1,"attributes":[]}""", "attributes: expected an object of strings")]
    [InlineData(Query, """{"name":"a","version":1,"attributes":{"n":1}}""", "attributes.n: expected a string")]
    public async Task What_is_wrong_is_said_with_the_name_of_the_field(string query, string body, string error)
    {
        await using var site = await StartAsync();

        using var answer = await site.Host.Client.PostAsync("/api/v1/interventions" + query, new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(error, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task More_than_64_KB_of_attributes_are_refused()
    {
        await using var site = await StartAsync();
        var body = new { name = "a", version = 1, attributes = new Dictionary<string, string> { ["text"] = new('x', 64 * 1024) } };

        using var answer = await site.Host.Client.PostAsJsonAsync("/api/v1/interventions" + Query, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    [Trait("Row", "83")]
    public async Task A_push_needs_its_scope()
    {
        await using var site = await StartAsync(configure: options => options with
        {
            SandboxTokens = [new SandboxToken(ApiHost.Token, [AccessScopes.AttributesRead])],
        });

        using var anonymous = await site.Host.Anonymous.PostAsync("/api/v1/interventions" + Query, new StringContent(Notice, Encoding.UTF8, "application/json"));
        using var other = await site.Host.Client.PostAsync("/api/v1/interventions" + Query, new StringContent(Notice, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Fact]
    public async Task Decisions_are_listed_newest_first_with_those_held_out()
    {
        await using var site = await StartAsync();
        await site.SendAsync(Ann);
        await site.SendAsync(Ann, message => message with { Name = "survey", Decision = InterventionDecision.HeldOut, ExpiresAt = message.DecidedAt.AddHours(1) });
        await site.SendAsync(Bob);

        var all = await ListAsync(site, "?limit=2");
        var rest = await ListAsync(site, $"?limit=2&before={all.GetProperty("next").GetInt64()}");
        var surveys = await ListAsync(site, "?name=survey");

        Assert.Equal([3, 2], all.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("sequence").GetInt32()));
        Assert.Equal([1], rest.GetProperty("decisions").EnumerateArray().Select(d => d.GetProperty("sequence").GetInt32()));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        var survey = surveys.GetProperty("decisions").EnumerateArray().Single();
        Assert.Equal("held_out", survey.GetProperty("decision").GetString());
        Assert.Equal(Ann.Identifier, survey.GetProperty("target_attribute_key").GetProperty("id").GetString());
        Assert.NotEqual(JsonValueKind.Null, survey.GetProperty("expires_at").ValueKind);
        foreach (var query in new[] { "?limit=0", "?limit=1001", "?limit=x", "?before=x" })
        {
            using var refused = await site.Host.Client.GetAsync("/api/v1/interventions/decisions" + query);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    private static async Task<JsonElement> ListAsync(InterventionSite site, string query) =>
        JsonDocument.Parse(await site.Host.Client.GetStringAsync("/api/v1/interventions/decisions" + query)).RootElement;

    private static async Task<string> PushAsync(ApiHost host, string query, string body)
    {
        using var answer = await host.Client.PostAsync("/api/v1/interventions" + query, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
