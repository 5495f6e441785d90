using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Registry;

/// <summary>Spec signals-api part 7.</summary>
public sealed class PublishingTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Groups = "/api/v1/registry/attribute_groups/";

    private readonly string _group = Unique("group");
    private readonly string _user = Unique("user");

    [Fact]
    [Trait("Row", "47")]
    [Trait("Row", "53")]
    public async Task The_flag_in_the_definition_starts_and_stops_counting_and_values_stay()
    {
        await Client.PutGroupAsync(Counting(published: false));
        await CountAsync();
        Assert.Equal(400, (await ReadAsync()).Status);

        await Client.PutGroupAsync(Counting(published: true));
        await CountAsync();
        await AwaitAsync("1");

        await Client.PutGroupAsync(Counting(published: false));
        await CountAsync();
        Assert.Equal(400, (await ReadAsync()).Status);

        await Client.PutGroupAsync(Counting(published: true));
        await AwaitAsync("1");
        await CountAsync();
        await AwaitAsync("2");
    }

    [Fact]
    [Trait("Row", "47")]
    public async Task Unpublishing_what_the_server_never_saw_saves_a_draft()
    {
        Assert.False((await Client.PutGroupAsync(Counting(published: false)))["is_published"]!.GetValue<bool>());
        Assert.False((await Client.GetAsync(Groups + _group))["is_published"]!.GetValue<bool>());
    }

    [Fact]
    [Trait("Row", "48")]
    public async Task Publishing_by_reference_is_all_or_nothing()
    {
        await Client.PutGroupAsync(Counting(published: false));
        var (publish, unpublish) = ("/api/v1/engines/publish", "/api/v1/engines/unpublish");
        JsonObject Reference(string name) => new() { ["attribute_groups"] = new JsonArray(new JsonObject { ["name"] = name, ["version"] = 1 }) };
        async Task<bool> IsPublishedAsync() => (await Client.GetAsync(Groups + _group))["is_published"]!.GetValue<bool>();

        Assert.Equal("nothing to publish", $"{(await Client.PostAsync(publish, new JsonObject()))["status"]}");
        Assert.Equal("nothing to unpublish", $"{(await Client.PostAsync(unpublish, new JsonObject()))["status"]}");

        var withUnknown = Reference(_group);
        withUnknown["services"] = new JsonArray(new JsonObject { ["name"] = "no_such_service" });
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Post, publish, withUnknown)).Status);
        Assert.False(await IsPublishedAsync());

        Assert.Equal("published", $"{(await Client.PostAsync(publish, Reference(_group)))["status"]}");
        Assert.Equal("published", $"{(await Client.PostAsync(publish, Reference(_group)))["status"]}");
        Assert.True(await IsPublishedAsync());

        Assert.Equal("unpublished", $"{(await Client.PostAsync(unpublish, Reference(_group)))["status"]}");
        Assert.False(await IsPublishedAsync());
        AssertInvalid(await Client.SendAsync(HttpMethod.Post, publish, JsonNode.Parse($$"""{"attribute_groups":[{"name":"{{_group}}"}]}""")));
    }

    [Fact]
    [Trait("Row", "49")]
    public async Task The_engine_says_what_it_computes_and_where_it_comes_from()
    {
        await Client.PutGroupAsync(Group(_group, 1, "domain_sessionid", Distinct("clicks")));

        var entry = await EntryAsync(_group, 1);

        AssertHolds(JsonNode.Parse("""
            {"attribute_key_name":"domain_sessionid","attribute_key_or_name":"domain_sessionid",
             "attribute_key":{"name":"domain_sessionid","key":"domain_sessionid","blobl_path":"domain_sessionid"},
             "type":"int32","aggregation":"counter","ttl":604800}
            """), entry);
        Assert.NotEqual("", $"{entry["definition_hash"]}");
        Assert.Equal("clicks", $"{entry["source_groups"]![0]!["attribute_name"]}");
        Assert.DoesNotContain((await Client.GetAsync("/api/v1/engines/interventions"))["interventions"]!.AsArray(), rule => $"{rule!["name"]}" == _group);
    }

    [Fact]
    [Trait("Row", "50")]
    public async Task Equal_definitions_share_their_hash_and_their_values()
    {
        var first = Distinct("clicks");
        await Client.PutGroupAsync(Group(_group, 1, "user_id", (JsonObject)first.DeepClone()));
        await CountAsync();
        await Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", "1");

        var renamed = ((JsonObject)first.DeepClone()).With("name", "renamed").With("description", "same meaning").With("default_value", 0);
        await Client.PutGroupAsync(Group(_group, 2, "user_id", renamed, Attribute("added", "int32", "counter", criteria: All(Criterion(Atomic("page_title"), "=", _group)))));

        Assert.Equal($"{(await EntryAsync(_group, 1))["definition_hash"]}", $"{(await EntryAsync(_group, 2))["definition_hash"]}");
        await Client.AwaitValueAsync(_group, 2, "user_id", _user, "renamed", "1");
        Assert.Equal("null", await ValueAsync(2, "added"));
    }

    [Fact]
    [Trait("Row", "51")]
    public async Task A_published_version_does_not_change_its_definition()
    {
        await Client.PutGroupAsync(Counting(published: true));
        var path = $"{Groups}{_group}/versions/1";

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, path, Counting(published: true))).Status);
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, path, Counting(published: true).With("description", "new words"))).Status);

        var changed = Group(_group, 1, "user_id", Attribute("clicks", "int64", "counter"));
        var answer = await Client.SendAsync(HttpMethod.Put, path, changed);
        Assert.Equal(400, answer.Status);
        Assert.NotEqual("", $"{answer.Json["detail"]}");
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task Deleting_needs_an_unpublished_version_and_removes_its_values()
    {
        await Client.PutGroupAsync(Group(_group, 1, "user_id", Distinct("clicks")));
        await CountAsync();
        await Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", "1");
        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Delete, $"{Groups}{_group}/versions/1")).Status);

        await Client.PutGroupAsync(Group(_group, 1, "user_id", Distinct("clicks")).With("is_published", false));
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, $"{Groups}{_group}/versions/1")).Status);

        await Client.PutGroupAsync(Group(_group, 1, "user_id", Distinct("clicks")));
        await Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", "null");
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task A_group_that_a_service_uses_is_not_deleted()
    {
        var service = Unique("service");
        await Client.PutGroupAsync(Counting(published: false));
        await Client.PutServiceAsync(Service(service, (_group, 1)));

        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Delete, $"{Groups}{_group}/versions/1")).Status);

        await Client.PutServiceAsync(Service(service, (_group, 1)).With("is_published", false));
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, $"/api/v1/registry/services/{service}")).Status);
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, $"{Groups}{_group}/versions/1")).Status);
    }

    [Fact]
    [Trait("Row", "54")]
    public async Task A_group_is_unpublished_before_the_service_that_uses_it()
    {
        var service = Unique("service");
        await Client.PutGroupAsync(Counting(published: true));
        await Client.PutServiceAsync(Service(service, (_group, 1)));
        await CountAsync();
        await AwaitAsync("1");

        await Client.PutGroupAsync(Counting(published: false));
        var read = await Client.ReadServiceAsync(service, "user_id", _user);
        Assert.True(read.AsObject().ContainsKey("clicks"));
        Assert.Null(read["clicks"]![0]);

        await Client.PutServiceAsync(Service(service, (_group, 1)).With("is_published", false));
        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Post, "/api/v1/get-online-attributes",
            new JsonObject { ["service"] = service, ["attribute_keys"] = new JsonObject { ["user_id"] = new JsonArray(_user) } })).Status);
    }

    private JsonObject Counting(bool published) => Group(_group, 1, "user_id", Distinct("clicks")).With("is_published", published);

    /// <summary>A counter that no other test defines alike, so that it shares no stored value with one.</summary>
    private JsonObject Distinct(string name) => Attribute(name, "int32", "counter", criteria: All(Criterion(Atomic("app_id"), "!=", _group)));

    private Task<JsonNode> CountAsync() => Client.SendEventsAsync(new EventLine().With("user_id", _user));

    private Task<string> AwaitAsync(string value) => Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", value);

    private async Task<string> ValueAsync(int version, string attribute) =>
        (await Client.ReadGroupAsync(_group, version, "user_id", [_user], attribute))[attribute]![0]?.ToJsonString() ?? "null";

    private Task<Answer> ReadAsync() => Client.SendAsync(HttpMethod.Post, "/api/v1/get-online-attributes", new JsonObject
    {
        ["attributes"] = new JsonArray($"{_group}_v1:clicks"),
        ["attribute_keys"] = new JsonObject { ["user_id"] = new JsonArray(_user) },
    });

    private async Task<JsonNode> EntryAsync(string group, int version)
    {
        var stream = await Client.GetAsync("/api/v1/engines/stream_attributes");
        return stream["attributes"]!.AsArray().First(entry => entry!["source_groups"]!.AsArray()
            .Any(source => $"{source!["name"]}" == group && source!["version"]!.GetValue<int>() == version && $"{source["attribute_name"]}" != "added"))!;
    }
}
