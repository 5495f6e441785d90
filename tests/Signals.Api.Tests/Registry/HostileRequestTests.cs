using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api 1.1, 1.3 and 1.6: whatever comes in, the answer is JSON with a status that clients understand.</summary>
public sealed class HostileRequestTests : RegistryTests
{
    public static TheoryData<string, string> Writes => new()
    {
        { "POST", "registry/attribute_keys/" },
        { "PUT", "registry/attribute_keys/user_id" },
        { "POST", "registry/attribute_groups/" },
        { "PUT", "registry/attribute_groups/g/versions/1" },
        { "PUT", "registry/attribute_groups/g/versions/1/batch_source" },
        { "POST", "registry/services/" },
        { "PUT", "registry/services/s" },
        { "POST", "registry/interventions/" },
        { "PUT", "registry/interventions/i/versions/1" },
        { "POST", "engines/publish" },
        { "POST", "engines/unpublish" },
    };

    public static TheoryData<string> Reads =>
    [
        "registry/attribute_keys", "registry/attribute_keys/user_id", "registry/attribute_groups", "registry/attribute_groups/g",
        "registry/attribute_groups/g/versions/1", "registry/services", "registry/services/s", "registry/templates/attribute_groups",
        "registry/interventions", "registry/interventions/i", "registry/interventions/i/versions/1", "engines/stream_attributes", "engines/interventions",
    ];

    [Theory]
    [Trait("Row", "1")]
    [MemberData(nameof(Reads))]
    public async Task A_path_means_the_same_with_and_without_a_slash_at_its_end(string path)
    {
        await Host.PostAsync(Groups, Group("g"));
        await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"g"}]}"""));
        await Host.PostAsync(Interventions, Intervention("i"));

        var plain = await Host.GetAsync(path);
        var slash = await Host.GetAsync(path + "/");

        Assert.Equal(200, plain.Status);
        Assert.Equal(plain.ToString(), slash.ToString());
    }

    [Fact]
    [Trait("Row", "2")]
    public async Task Every_write_succeeds_with_200_and_a_JSON_body()
    {
        var answers = new[]
        {
            await Host.PostAsync("registry/attribute_keys", Json("""{"name":"k","key":"app_id"}""")),
            await Host.PutAsync("registry/attribute_keys/k/", Json("""{"name":"k","key":"app_id"}""")),
            await Host.PostAsync("registry/attribute_groups", Group("g")),
            await Host.PutAsync("registry/attribute_groups/g/versions/1/", Group("g")),
            await Host.PostAsync("registry/services", Json("""{"name":"s","attribute_groups":[{"name":"g"}]}""")),
            await Host.PutAsync("registry/services/s/", Json("""{"name":"s","attribute_groups":[{"name":"g"}]}""")),
            await Host.PostAsync("registry/interventions", Intervention("i")),
            await Host.PutAsync("registry/interventions/i/versions/1/", Intervention("i")),
            await Host.DeleteAsync("registry/interventions/i/versions/1/"),
            await Host.DeleteAsync("registry/services/s/"),
            await Host.DeleteAsync("registry/attribute_groups/g/versions/1/"),
            await Host.DeleteAsync("registry/attribute_keys/k/"),
        };

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.All(answers[^4..], answer => Assert.Equal("""{"ok":true}""", answer.Body.ToJsonString()));
    }

    [Theory]
    [Trait("Row", "3")]
    [Trait("Row", "4")]
    [MemberData(nameof(Writes))]
    public async Task A_body_that_is_no_object_is_a_422_at_the_body(string method, string path)
    {
        foreach (var body in new[] { "", "{", "5", "null", "\"text\"", "[]", "[{}]", "\u0000", new string('[', 5000), "{\"name\":\"\\ud800\"}" })
            await RefusedAsync(method, path, Encoding.UTF8.GetBytes(body));
        await RefusedAsync(method, path, [0x7B, 0x22, 0xFF, 0x22, 0x7D]);
        await RefusedAsync(method, path, [0x1F, 0x8B, 0x08, 0x00]);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_body_over_a_megabyte_is_413_however_it_is_sent(string method, string path)
    {
        var body = new byte[1024 * 1024 + 1];
        Array.Fill(body, (byte)' ');
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}") { Content = new ByteArrayContent(body) };
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await Host.Http.SendAsync(request);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            Assert.NotEmpty((string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"] ?? "");
        }
    }

    [Fact]
    [Trait("Row", "5")]
    public async Task Only_what_exists_is_a_400_on_creation()
    {
        Assert.Equal(422, (await Host.PostAsync(Groups, Json("""{"name":"bad name","attribute_key":{"name":"user_id"}}"""))).Status);
        Assert.Equal(422, (await Host.PostAsync(Groups, Group("g", key: "nobody", published: true))).Status);
        Assert.Equal(422, (await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"missing"}]}"""))).Status);
        Assert.Equal(200, (await Host.PostAsync(Groups, Group("g"))).Status);
        Assert.Equal(400, (await Host.PostAsync(Groups, Group("g"))).Status);
        Assert.Equal(422, (await Host.PostAsync(Groups, Json("""{"name":"g","attribute_key":{"name":"user_id"},"ttl":"x"}"""))).Status);
    }

    [Fact]
    [Trait("Row", "4")]
    public async Task A_wrong_value_is_answered_in_the_form_of_the_specification()
    {
        var answer = await Host.PostAsync(Groups, Group("g", attributes: """{"name":"bad name!","type":"int32","aggregation":"counter"}"""));

        Assert.Equal(422, answer.Status);
        Assert.True(JsonNode.DeepEquals(Json("""
            {"detail":[{"type":"string_pattern_mismatch","loc":["body","attributes",0,"name"],
              "msg":"String should match pattern '^[A-Za-z0-9_]+$'","input":"bad name!","ctx":{"pattern":"^[A-Za-z0-9_]+$"}}]}
            """), answer.Body), answer.ToString());
    }

    [Theory]
    [Trait("Row", "3")]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.OK)]
    public async Task A_body_is_read_as_JSON_whatever_its_content_type_says(string? type, HttpStatusCode status)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Group("g").ToJsonString()));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var answer = await Host.Http.PostAsync("/api/v1/registry/attribute_groups/", content);

        Assert.Equal(status, answer.StatusCode);
        Assert.IsType<JsonObject>(await answer.Content.ReadFromJsonAsync<JsonNode>());
    }

    [Fact]
    public async Task Random_mutations_of_a_group_never_fail_inside()
    {
        var random = new Random(20260802);
        var valid = Group("g", attributes: """
            {"name":"a","type":"string","aggregation":"last","ttl":"P1D","events":[{"name":"n","version":"1-0-0"}],"property":{"type":"entity","vendor":"v","name":"n","major_version":1,"path":"a[0].b"},
             "criteria":{"all":[{"property":{"type":"atomic","name":"app_id"},"operator":"in","value":["x"]}]}}
            """, published: true).ToJsonString();
        for (var round = 0; round < 400; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(valid);
            for (var i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)"{}[]\":,019ex \u0000\\"[random.Next(15)];
            using var answer = await Host.Http.PutAsync("/api/v1/registry/attribute_groups/g/versions/1", new ByteArrayContent(bytes));

            Assert.True((int)answer.StatusCode is 404 or 422, $"{(int)answer.StatusCode} for {Encoding.UTF8.GetString(bytes)}");
            Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"]);
        }
    }

    private async Task RefusedAsync(string method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}") { Content = new ByteArrayContent(body) };
        using var response = await Host.Http.SendAsync(request);
        var answer = new Answer((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);

        Assert.All(answer.Places, place => Assert.StartsWith("""["body""", place));
    }
}
