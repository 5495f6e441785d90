using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Signals.Engine.Access;

namespace Signals.Api.Tests.Identities;

/// <summary>Spec identities, section 8, and resolution in JSON.</summary>
public sealed class ResolveTests : IdentityTests
{
    private const string MediaType = "application/x.snowplow.v1+json";

    [Fact]
    public async Task Identifiers_of_one_person_lead_to_one_id()
    {
        await Host.PublishAsync(Configuration);

        var answer = await Host.SendAsync(HttpMethod.Post, "resolve", Json("""
            {"requests":[
              {"identifiers":{"domain_userid":"d1"},"event_id":"e1","time":"2025-01-01T00:00:00Z"},
              {"identifiers":{"domain_userid":"d1","user_id":" Alice "}},
              {"identifiers":{"user_id":"alice","refr_domain_userid":"d2"}},
              {"identifiers":{"user_id":"undefined","domain_userid":null}}
            ]}
            """));

        var results = answer["results"]!.AsArray();
        Assert.Equal(["new", "linked", "linked", "none"], results.Select(result => (string)result!["outcome"]!));
        Assert.Single(results.Take(3).Select(result => (string)result!["snowplow_id"]!).Distinct());
        Assert.Equal("e1", (string)results[0]!["event_id"]!);
        Assert.StartsWith("2025-01-01T00:00:00", (string)results[2]!["created_at"]!, StringComparison.Ordinal);
        Assert.Null(results[3]!["snowplow_id"]);
    }

    [Fact]
    public async Task Merged_ids_are_named()
    {
        await Host.PublishAsync(Configuration);
        var older = await ResolveAsync("""{"domain_userid":"d1"}""", "2025-01-01T00:00:00Z");
        var younger = await ResolveAsync("""{"user_id":"alice"}""", "2025-01-02T00:00:00Z");

        var answer = await Host.SendAsync(HttpMethod.Post, "resolve", Json("""{"requests":[{"identifiers":{"user_id":"alice","domain_userid":"d1"}}]}"""));

        var result = answer["results"]![0]!;
        Assert.Equal((older, "merged", younger), ((string)result["snowplow_id"]!, (string)result["outcome"]!, (string)result["merged"]![0]!));
    }

    [Fact]
    public async Task Reading_only_changes_nothing()
    {
        await Host.PublishAsync(Configuration);
        var older = await ResolveAsync("""{"domain_userid":"d1"}""", "2025-01-01T00:00:00Z");
        await ResolveAsync("""{"user_id":"alice"}""", "2025-01-02T00:00:00Z");
        var before = await Host.Graph.CountAsync(default);

        var answer = await Host.SendAsync(HttpMethod.Post, "resolve", Json("""
            {"read_only":true,"requests":[{"identifiers":{"user_id":"alice","domain_userid":"d1"}},{"identifiers":{"user_id":"alice"}},{"identifiers":{"user_id":"bob"}}]}
            """));

        var results = answer["results"]!.AsArray();
        Assert.Equal(["merged", "existing", "new"], results.Select(result => (string)result!["outcome"]!));
        Assert.Equal([older, older], results.Take(2).Select(result => (string)result!["snowplow_id"]!));
        var after = await Host.Graph.CountAsync(default);
        Assert.Equal((before.Profiles, before.ActiveProfiles, before.Identifiers.Values.Sum()), (after.Profiles, after.ActiveProfiles, after.Identifiers.Values.Sum()));
    }

    [Theory]
    [InlineData("""{}""", """["body","requests"]""")]
    [InlineData("""{"requests":[]}""", """["body","requests"]""")]
    [InlineData("""{"requests":[null]}""", """["body","requests",0]""")]
    [InlineData("""{"requests":[{}]}""", """["body","requests",0,"identifiers"]""")]
    [InlineData("""{"requests":[{"identifiers":{"phone":"1"}}]}""", """["body","requests",0,"identifiers","phone"]""")]
    [InlineData("""{"requests":[{"identifiers":{"user_id":"a"},"event_id":"0123456789012345678901234567890123456789"}]}""", """["body","requests",0,"event_id"]""")]
    public async Task Wrong_member_is_named(string body, string place)
    {
        await Host.PublishAsync(Configuration);

        Assert.Equal([place], (await Host.SendAsync(HttpMethod.Post, "resolve", Json(body))).Places);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"requests":[{"identifiers":{"user_id":1}}]}""")]
    [InlineData("""{"requests":[{"identifiers":{"user_id":"a"},"time":"yesterday"}]}""")]
    public async Task Body_of_the_wrong_form_is_400(string body)
    {
        using var response = await Host.RequestAsync(HttpMethod.Post, "resolve", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_pipeline_resolves_a_batch_in_order()
    {
        await Host.PublishAsync(Configuration);

        using var response = await BatchAsync("""
            [{"event_id":"e1","derived_timestamp":"2024-01-16 10:30:45.123","identifiers":{"domain_userid":"d1"}},
             {"event_id":"e2","derived_timestamp":null,"identifiers":{"domain_userid":"null","unknown":"x"}},
             {"event_id":"e3","derived_timestamp":"2024-01-17 00:00:00","identifiers":{"user_id":"alice","domain_userid":"d1"}}]
            """, await Host.CreateBasicAsync(AccessScopes.IdentitiesWrite));

        Assert.Equal(MediaType, response.Content.Headers.ContentType!.MediaType);
        var results = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
        Assert.Equal(["e1", "e3"], results.Select(result => (string)result!["event_id"]!));
        Assert.Equal(["2024-01-16T10:30:45.123Z", "2024-01-16T10:30:45.123Z"], results.Select(result => (string)result!["created_at"]!));
        Assert.Single(results.Select(result => (string)result!["snowplow_id"]!).Distinct());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("bearer")]
    [InlineData("wrong secret")]
    [InlineData("no pair")]
    [InlineData("no base64")]
    public async Task A_batch_needs_a_key_pair(string defect)
    {
        var valid = await Host.CreateBasicAsync(AccessScopes.IdentitiesWrite);
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(valid.Parameter!));
        var credentials = defect switch
        {
            "nobody" => null,
            "bearer" => new AuthenticationHeaderValue("Bearer", "local-sandbox-token"),
            "wrong secret" => IdentityHost.Basic($"{pair.Split(':')[0]}:{Guid.NewGuid()}"),
            "no pair" => IdentityHost.Basic("user"),
            _ => new AuthenticationHeaderValue("Basic", "%%%"),
        };

        using var response = await BatchAsync("[]", credentials);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
        using var accepted = await BatchAsync("[]", valid);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task A_key_pair_without_the_scope_is_refused()
    {
        using var response = await BatchAsync("[]", await Host.CreateBasicAsync(AccessScopes.RegistryRead));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("{}", "array")]
    [InlineData("[1", "valid JSON")]
    [InlineData("[null]", "[0]")]
    [InlineData("""[{"identifiers":{}}]""", "[0].event_id")]
    [InlineData("""[{"event_id":"e"}]""", "[0].identifiers")]
    [InlineData("""[{"event_id":"e","identifiers":{"a":1}}]""", "[0].identifiers.a")]
    [InlineData("""[{"event_id":"e","identifiers":{},"derived_timestamp":"2024-01-16T10:30:45Z"}]""", "[0].derived_timestamp")]
    public async Task A_batch_of_the_wrong_form_is_400_and_names_the_place(string body, string named)
    {
        using var response = await BatchAsync(body, await Host.CreateBasicAsync(AccessScopes.IdentitiesWrite));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(named, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_another_media_type_is_415()
    {
        using var response = await BatchAsync("[]", await Host.CreateBasicAsync(AccessScopes.IdentitiesWrite), "text/plain");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private async Task<HttpResponseMessage> BatchAsync(string body, AuthenticationHeaderValue? credentials, string mediaType = MediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/identities/batch");
        request.Headers.Authorization = credentials;
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return await Host.Api.Anonymous.SendAsync(request);
    }
}
