using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Transport;

/// <summary>What holds for every path (spec signals-api part 1).</summary>
public sealed class TransportTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    [Theory]
    [InlineData("/api/v1/registry/attribute_keys")]
    [InlineData("/api/v1/registry/attribute_keys/user_id")]
    [InlineData("/api/v1/registry/attribute_groups")]
    [InlineData("/api/v1/registry/services")]
    [InlineData("/api/v1/registry/templates/attribute_groups")]
    [InlineData("/api/v1/engines/stream_attributes")]
    [InlineData("/api/v1/engines/interventions")]
    [Trait("Row", "1")]
    public async Task A_path_answers_alike_with_and_without_its_slash(string path)
    {
        var without = await Client.SendAsync(HttpMethod.Get, path);
        var with = await Client.SendAsync(HttpMethod.Get, path + "/");

        Assert.Equal((200, 200), (without.Status, with.Status));
        Assert.Equal(JsonValueKindOf(without), JsonValueKindOf(with));
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task Posting_without_the_slash_is_no_redirect()
    {
        var key = new JsonObject { ["name"] = Unique("key"), ["property"] = Atomic("page_title") };

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Post, "/api/v1/registry/attribute_keys", key)).Status);
    }

    [Fact]
    [Trait("Row", "2")]
    public async Task Success_is_200_with_json_and_a_deletion_says_ok()
    {
        var name = Unique("group");
        var group = Group(name, 1, "user_id", Attribute("n", "int32", "counter")).With("is_published", false);
        var created = await Client.SendAsync(HttpMethod.Post, "/api/v1/registry/attribute_groups/", group);
        var deleted = await Client.SendAsync(HttpMethod.Delete, $"/api/v1/registry/attribute_groups/{name}/versions/1");

        Assert.Equal((200, 200), (created.Status, deleted.Status));
        Assert.StartsWith("application/json", created.Headers["Content-Type"].Single());
        AssertHolds(new JsonObject { ["ok"] = true }, deleted.Json);
    }

    [Theory]
    [InlineData("GET", "/api/v1/registry/attribute_groups/no_such_group", null, 404, "detail")]
    [InlineData("GET", "/api/v1/no/such/path", null, 404, "detail")]
    [InlineData("PATCH", "/api/v1/registry/attribute_keys/user_id", null, 405, "detail")]
    [InlineData("POST", "/api/v1/registry/attribute_groups/", "{\"name\":", 422, "detail")]
    [InlineData("POST", "/api/v1/registry/attribute_groups/", "[]", 422, "detail")]
    [InlineData("POST", "/api/v1/engines/publish", "{\"services\":[{\"name\":\"no_such_service\"}]}", 404, "detail")]
    [InlineData("POST", "/api/v1/get-online-attributes", "{\"service\":", 400, "error")]
    [InlineData("POST", "/api/v1/get-online-attributes", "{\"service\":\"no_such_service\",\"attribute_keys\":{\"user_id\":[\"u\"]}}", 400, "error")]
    [Trait("Row", "3")]
    public async Task Errors_are_json_in_the_form_of_their_family(string method, string path, string? body, int status, string member)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new("Bearer", LocalRuntime.Token);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await Client.SendAsync(request);

        Assert.True(answer.Status == status, $"expected {status}, was {answer}");
        Assert.NotNull(answer.Json[member]);
    }

    [Fact]
    [Trait("Row", "4")]
    public async Task A_validation_error_says_where_what_and_which_kind()
    {
        var group = Group(Unique("group"), 1, "user_id", Attribute("bad name!", "int32", "counter"));

        AssertInvalid(await Client.SendAsync(HttpMethod.Post, "/api/v1/registry/attribute_groups/", group), "attributes", "0", "name");
    }

    [Fact]
    [Trait("Row", "5")]
    public async Task Status_400_on_creation_means_that_it_exists_already()
    {
        var service = Unique("service");
        var group = Unique("group");
        await Client.PutGroupAsync(Group(group, 1, "user_id", Attribute("n", "int32", "counter")));
        await Client.PutServiceAsync(Service(service, (group, 1)));

        var again = await Client.SendAsync(HttpMethod.Post, "/api/v1/registry/services/", Service(service, (group, 1)));
        var unknownGroup = await Client.SendAsync(HttpMethod.Post, "/api/v1/registry/services/", Service(Unique("service"), (Unique("group"), 1)));

        Assert.Equal(400, again.Status);
        Assert.Contains("already exists", again.Json["detail"]!.GetValue<string>());
        Assert.Equal(422, unknownGroup.Status);
    }

    [Fact]
    [Trait("Row", "10")]
    public async Task Health_names_both_dependencies_without_a_token()
    {
        var answer = await Client.SendAsync(HttpMethod.Get, "/health-all", token: null);

        Assert.Equal(200, answer.Status);
        AssertHolds(JsonNode.Parse("""{"status":"ok","dependencies":{"storage":"ok","feature_server":"ok"}}"""), answer.Json);
    }

    [Fact]
    [Trait("Row", "11")]
    public async Task The_api_describes_itself_without_a_token()
    {
        var page = await Client.SendAsync(HttpMethod.Get, "/docs/", token: null);
        var document = await Client.SendAsync(HttpMethod.Get, "/openapi.json", token: null);

        Assert.Equal((200, 200), (page.Status, document.Status));
        Assert.Contains("swagger", page.Text, StringComparison.OrdinalIgnoreCase);
        string[] paths =
        [
            "/api/v1/get-online-attributes", "/api/v1/registry/attribute_keys/", "/api/v1/registry/attribute_groups/{name}/versions/{version}",
            "/api/v1/registry/services/{name}", "/api/v1/engines/publish",
        ];
        var described = document.Json["paths"]!.AsObject().Select(path => path.Key.TrimEnd('/')).ToHashSet();
        Assert.Empty(paths.Select(path => path.TrimEnd('/')).Except(described));
    }

    [Theory]
    [InlineData("/api/v1/interventions")]
    [InlineData("/api/v1/get-online-attributes")]
    [InlineData("/api/v1/registry/attribute_keys/")]
    [Trait("Row", "12")]
    public async Task Preflights_are_answered_for_every_api_path(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://shop.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        var answer = await Client.SendAsync(request);

        Assert.InRange(answer.Status, 200, 204);
        Assert.Equal("*", answer.Headers["Access-Control-Allow-Origin"].Single());
        Assert.Contains("DELETE", answer.Headers["Access-Control-Allow-Methods"].Single());
        Assert.Contains("Authorization", answer.Headers["Access-Control-Allow-Headers"].Single());
    }

    private static System.Text.Json.JsonValueKind JsonValueKindOf(Answer answer) => answer.Json.GetValueKind();
}
