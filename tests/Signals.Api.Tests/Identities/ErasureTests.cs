using System.Net;
using System.Text.Json.Nodes;
using Signals.Api.Tests.Registry;
using Signals.Engine.Identities;

namespace Signals.Api.Tests.Identities;

/// <summary>Spec identities, section 13: the interface of erasure.</summary>
public sealed class ErasureTests : IdentityTests
{
    private static readonly SnowplowId Alice = SnowplowId.FromBytes(new byte[16] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 });

    [Theory]
    [InlineData("/erasure")]
    [InlineData("erasure")]
    public async Task Each_input_is_in_exactly_one_list(string path)
    {
        await Host.PublishAsync(Configuration);
        Host.Erasure.Answer = input => input switch
        {
            { Identifier: { Value: "alice" } } => new ErasureOutcome.Erased([Alice], 2),
            { Identifier: { Value: "shared" } } => new ErasureOutcome.Failed("ambiguous_identifier", "several people"),
            _ => new ErasureOutcome.NotFound(),
        };

        var answer = await Host.SendAsync(HttpMethod.Post, path, Json($$"""
            {"identifiers":[{"type":"user_id","value":"Alice"},{"type":"domain_userid","value":"shared"},{"type":"user_id","value":""},{"type":"user_id","value":"bob"}],
             "snowplow_ids":["{{Alice.ToString().ToLowerInvariant()}}","sp_nonsense"],"dry_run":true}
            """));

        Assert.Equal(200, answer.Status);
        Assert.Equal("operation-1", (string)answer["operation_id"]!);
        var erased = Assert.Single(answer["successful"]!.AsArray())!;
        Assert.Equal(("Alice", Alice.ToString(), 2),
            ((string)erased["request"]!["value"]!, (string)erased["result"]!["snowplow_ids"]![0]!, (int)erased["result"]!["identifiers_affected"]!));
        Assert.Equal(2, answer["not_found"]!.AsArray().Count);
        Assert.Equal(["ambiguous_identifier", "validation_error", "validation_error"], answer["failed"]!.AsArray().Select(one => (string)one!["error"]!["code"]!));
        Assert.Equal("missing type or value", (string)answer["failed"]![1]!["error"]!["message"]!);
        Assert.Equal((1, 2, true), ((int)answer["totals"]!["snowplow_ids_affected"]!, (int)answer["totals"]!["identifiers_affected"]!, (bool)answer["dry_run"]!));
        var request = Assert.Single(Host.Erasure.Requests);
        Assert.Equal((true, false, "sandbox"), (request.IsDryRun, request.IsForced, request.Caller));
        Assert.Equal(Alice, request.Inputs[^1].Id);
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
        Assert.Empty(Host.Erasure.Requests);
    }

    [Fact]
    public async Task Too_many_inputs_and_a_body_that_is_too_large_are_400()
    {
        await RefusalAsync($$"""{"snowplow_ids":[{{string.Join(',', Enumerable.Repeat($"\"{Alice}\"", 101))}}]}""", HttpStatusCode.BadRequest);
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
