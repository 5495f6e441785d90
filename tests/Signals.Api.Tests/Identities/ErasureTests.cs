using System.Net;
using System.Text.Json.Nodes;
using Signals.Engine.Attributes;

namespace Signals.Api.Tests.Identities;

/// <summary>Spec identities, section 13: the interface of erasure.</summary>
public sealed class ErasureTests : IdentityTests
{
    [Theory]
    [InlineData("/erasure")]
    [InlineData("erasure")]
    public async Task Each_input_is_in_exactly_one_list(string path)
    {
        await Host.PublishAsync(Configuration);
        var alice = await ResolveAsync("""{"user_id":"alice","domain_userid":"d1"}""");
        await ResolveAsync("""{"user_id":"carol","domain_userid":"shared"}""");
        await ResolveAsync("""{"user_id":"dave","domain_userid":"shared"}""");

        var answer = await Host.SendAsync(HttpMethod.Post, path, Json("""
            {"identifiers":[{"type":"user_id","value":"Alice"},{"type":"domain_userid","value":"shared"},{"type":"user_id","value":""},{"type":"user_id","value":"bob"}],
             "snowplow_ids":["sp_BAAAAAAAAAAAAAAAAAAAAAAAAA","sp_nonsense"],"dry_run":true}
            """));

        Assert.Equal(200, answer.Status);
        Assert.NotEmpty((string)answer["operation_id"]!);
        var erased = Assert.Single(answer["successful"]!.AsArray())!;
        Assert.Equal(("Alice", alice, 2),
            ((string)erased["request"]!["value"]!, (string)erased["result"]!["snowplow_ids"]![0]!, (int)erased["result"]!["identifiers_affected"]!));
        Assert.Equal(2, answer["not_found"]!.AsArray().Count);
        Assert.Equal(["ambiguous_identifier", "validation_error", "validation_error"], answer["failed"]!.AsArray().Select(one => (string)one!["error"]!["code"]!));
        Assert.Equal("missing type or value", (string)answer["failed"]![1]!["error"]!["message"]!);
        Assert.Equal((1, 2, true), ((int)answer["totals"]!["snowplow_ids_affected"]!, (int)answer["totals"]!["identifiers_affected"]!, (bool)answer["dry_run"]!));
        Assert.Equal(3, (await Host.Graph.CountAsync(default)).Profiles);
    }

    [Fact]
    public async Task Erased_person_is_gone_with_the_profile_of_attributes_and_comes_back_as_another()
    {
        await Host.PublishAsync(Configuration);
        var alice = await ResolveAsync("""{"user_id":"alice"}""");
        var profile = new ProfileKey("snowplow_id", alice);
        await Host.Profiles.WriteAsync([new ProfileWrite(profile, new byte[] { 1 }, null, null)], default);

        var answer = await Host.SendAsync(HttpMethod.Post, "/erasure", Json($$"""{"snowplow_ids":["{{alice.ToLowerInvariant()}}"]}"""));

        Assert.Single(answer["successful"]!.AsArray());
        Assert.Equal(410, (await Host.SendAsync(HttpMethod.Get, $"snowplow_ids/{alice}")).Status);
        Assert.Null((await Host.Profiles.ReadAsync([profile], default))[0]);
        Assert.NotEqual(alice, await ResolveAsync("""{"user_id":"alice"}"""));
    }

    [Theory]
    [InlineData("{}", "1 to 100")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "valid JSON")]
    [InlineData("""{"identifiers":{}}""", "identifiers")]
    public async Task Malformed_request_is_400_in_the_envelope(string body, string named)
    {
        var error = await RefusalAsync(body, HttpStatusCode.BadRequest);

        Assert.Equal("VALIDATION_ERROR", (string)error["code"]!);
        Assert.Contains(named, (string)error["message"]!, StringComparison.Ordinal);
        Assert.NotNull(error["timestamp"]);
    }

    [Fact]
    public async Task Too_many_inputs_and_a_body_that_is_too_large_are_400()
    {
        await RefusalAsync($$"""{"snowplow_ids":[{{string.Join(',', Enumerable.Repeat("\"sp_BAAAAAAAAAAAAAAAAAAAAAAAAA\"", 101))}}]}""", HttpStatusCode.BadRequest);
        await RefusalAsync($$"""{"identifiers":[{"type":"user_id","value":"{{new string('a', 300_000)}}"}]}""", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Without_a_token_it_is_401_in_the_envelope()
    {
        using var response = await Host.Api.Anonymous.PostAsync("/erasure", null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("UNAUTHORIZED", (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"]!);
    }

    private async Task<JsonNode> RefusalAsync(string body, HttpStatusCode status)
    {
        using var response = await Host.RequestAsync(HttpMethod.Post, "/erasure", body);
        Assert.Equal(status, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
    }
}
