using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Serving;

/// <summary>Spec signals-api part 8.</summary>
public sealed class ReadingTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Read = "/api/v1/get-online-attributes";

    private readonly string _group = Unique("group");
    private readonly string _service = Unique("service");
    private readonly string _user = Unique("user");

    [Fact]
    [Trait("Row", "56")]
    [Trait("Row", "60")]
    public async Task A_service_answers_the_key_and_then_its_attributes_in_order()
    {
        await PrepareAsync();

        var read = await Client.ReadServiceAsync(_service, "user_id", _user);

        Assert.Equal(["user_id", "clicks", "pages", "distinct", "colour", "missing"], read.AsObject().Select(column => column.Key));
        Assert.Equal($"[\"{_user}\"]", read["user_id"]!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "57")]
    public async Task Attributes_are_named_by_group_version_and_name()
    {
        await PrepareAsync();
        var tricky = $"{_group}_v1";
        await Client.PutGroupAsync(Group(tricky, 2, "user_id", Attribute("clicks", "int32", "counter")));

        Assert.Equal("[2]", (await Client.ReadGroupAsync(_group, 1, "user_id", [_user], "clicks"))["clicks"]!.ToJsonString());
        Assert.True((await Client.ReadGroupAsync(tricky, 2, "user_id", [_user], "clicks")).AsObject().ContainsKey("clicks"));
    }

    [Theory]
    [InlineData("no_such_group_v1:clicks")]
    [InlineData("{group}_v9:clicks")]
    [InlineData("{group}_v1:no_such_attribute")]
    [InlineData("{group}:clicks")]
    [InlineData("not a name")]
    [Trait("Row", "57")]
    public async Task An_attribute_that_is_not_there_is_a_400(string attribute)
    {
        await PrepareAsync();

        var answer = await SendAsync(new JsonObject { ["attributes"] = new JsonArray(attribute.Replace("{group}", _group)), ["attribute_keys"] = Keys(_user) });

        Assert.Equal(400, answer.Status);
        Assert.NotEqual("", answer.Json["error"]!.GetValue<string>());
    }

    [Fact]
    [Trait("Row", "58")]
    public async Task A_bare_name_is_resolved_when_one_group_has_it()
    {
        var attribute = Unique("only_here");
        await Client.PutGroupAsync(Group(_group, 1, "user_id", Attribute(attribute, "int32", "counter")));
        await Client.PutGroupAsync(Group(_group, 2, "user_id", Attribute(attribute, "int32", "counter")));
        JsonObject Request() => new() { ["attributes"] = new JsonArray(attribute), ["attribute_keys"] = Keys(_user) };
        Assert.Equal(200, (await SendAsync(Request())).Status);

        await Client.PutGroupAsync(Group(Unique("other"), 1, "user_id", Attribute(attribute, "int32", "counter")));
        Assert.Equal(400, (await SendAsync(Request())).Status);
        Assert.Equal(400, (await SendAsync(new JsonObject { ["attributes"] = new JsonArray(Unique("nowhere")), ["attribute_keys"] = Keys(_user) })).Status);
    }

    [Fact]
    [Trait("Row", "59")]
    public async Task A_hundred_identifiers_are_answered_in_order_and_one_more_is_refused()
    {
        await PrepareAsync();
        string[] users = [.. Enumerable.Range(0, 100).Select(i => i == 42 ? _user : $"stranger{i}")];

        var read = await Client.ReadServiceAsync(_service, "user_id", users);

        Assert.Equal(users, read["user_id"]!.AsArray().Select(item => item!.GetValue<string>()));
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => i == 42 ? "2" : "null"), read["clicks"]!.AsArray().Select(item => item?.ToJsonString() ?? "null"));
        Assert.Equal(400, (await SendAsync(new JsonObject { ["service"] = _service, ["attribute_keys"] = Keys([.. users, "one more"]) })).Status);
        Assert.Equal(400, (await SendAsync(new JsonObject { ["service"] = _service, ["attribute_keys"] = Keys() })).Status);
    }

    [Fact]
    [Trait("Row", "59")]
    public async Task Several_keys_are_read_row_by_row()
    {
        await PrepareAsync();
        var other = Unique("group");
        var browser = Unique("browser");
        await Client.PutGroupAsync(Group(other, 1, "domain_userid", Attribute("visits", "int32", "counter")));
        await Client.SendEventsAsync(new EventLine().With("domain_userid", browser));
        await Client.AwaitValueAsync(other, 1, "domain_userid", browser, "visits", "1");
        JsonObject Request(params string[] browsers) => new()
        {
            ["attributes"] = new JsonArray($"{_group}_v1:clicks", $"{other}_v1:visits"),
            ["attribute_keys"] = new JsonObject
            {
                ["user_id"] = new JsonArray(_user, "stranger"),
                ["domain_userid"] = new JsonArray([.. browsers.Select(id => JsonValue.Create(id))]),
            },
        };

        var read = (await SendAsync(Request("stranger", browser))).Json;

        Assert.Equal("[2,null]", read["clicks"]!.ToJsonString());
        Assert.Equal("[null,1]", read["visits"]!.ToJsonString());
        Assert.Equal(400, (await SendAsync(Request(browser))).Status);
    }

    [Fact]
    [Trait("Row", "61")]
    public async Task A_list_value_is_one_entry_of_its_column()
    {
        await PrepareAsync();

        Assert.Equal("[[\"/home\",\"/cart\"]]", (await Client.ReadServiceAsync(_service, "user_id", _user))["pages"]!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "62")]
    public async Task Full_names_carry_group_and_version()
    {
        await PrepareAsync();

        var read = (await SendAsync(new JsonObject { ["service"] = _service, ["attribute_keys"] = Keys(_user), ["full_attribute_names"] = true })).Json;

        Assert.Equal(
            ["user_id", $"{_group}_v1__clicks", $"{_group}_v1__pages", $"{_group}_v1__distinct", $"{_group}_v1__colour", $"{_group}_v1__missing"],
            read.AsObject().Select(column => column.Key));
    }

    [Fact]
    [Trait("Row", "62")]
    public async Task Two_attributes_of_one_name_need_full_names()
    {
        await PrepareAsync();
        await Client.PutGroupAsync(Group(_group, 2, "user_id", Attribute("clicks", "int32", "counter")));
        JsonObject Request(bool full) => new()
        {
            ["attributes"] = new JsonArray($"{_group}_v1:clicks", $"{_group}_v2:clicks"),
            ["attribute_keys"] = Keys(_user),
            ["full_attribute_names"] = full,
        };

        Assert.Equal(400, (await SendAsync(Request(full: false))).Status);
        Assert.Equal(200, (await SendAsync(Request(full: true))).Status);
    }

    [Fact]
    [Trait("Row", "63")]
    public async Task What_is_missing_is_null_or_zero_for_a_distinct_count_or_the_default()
    {
        await PrepareAsync();

        var stranger = await Client.ReadServiceAsync(_service, "user_id", "stranger");

        Assert.Equal(["null", "null", "0", "\"grey\"", "null"],
            new[] { "clicks", "pages", "distinct", "colour", "missing" }.Select(name => stranger[name]![0]?.ToJsonString() ?? "null"));
    }

    public static TheoryData<string> BadRequests =>
    [
        """{"attribute_keys":{"user_id":["u"]}}""",
        """{"service":"{service}","attributes":["a_v1:b"],"attribute_keys":{"user_id":["u"]}}""",
        """{"service":"{service}"}""",
        """{"service":"{service}","attribute_keys":{}}""",
        """{"service":"{service}","attribute_keys":{"no_such_key":["u"]}}""",
        """{"service":"{service}","attribute_keys":{"user_id":"u"}}""",
        """{"service":"{service}","attribute_keys":{"user_id":[7]}}""",
        """{"service":"no_such_service","attribute_keys":{"user_id":["u"]}}""",
        """{"attributes":"a_v1:b","attribute_keys":{"user_id":["u"]}}""",
        "[]", "7",
    ];

    [Theory]
    [MemberData(nameof(BadRequests))]
    [Trait("Row", "56")]
    public async Task A_request_that_makes_no_sense_is_a_400_that_says_why(string body)
    {
        await PrepareAsync();

        var answer = await SendAsync(JsonNode.Parse(body.Replace("{service}", _service))!);

        Assert.True(answer.Status == 400, $"{body} answered {answer}");
        Assert.NotEqual("", answer.Json["error"]!.GetValue<string>());
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task Values_are_pushed_into_external_groups_and_null_deletes()
    {
        var key = Unique("customer");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["external_column"] = key, ["is_published"] = true });
        await Client.PutGroupAsync(Group(_group, 1, key).With("offline", true)
            .With("fields", JsonNode.Parse("""[{"name":"segment","type":"string"},{"name":"orders","type":"int64"}]"""))
            .With("batch_source", JsonNode.Parse("""{"name":"c","database":"DB","schema":"S","table":"T","timestamp_field":"t"}""")));
        Task<JsonNode> PushAsync(string attributes) => Client.PostAsync("/api/v1/push-attributes", new JsonObject
        {
            ["group_name"] = _group,
            ["group_version"] = 1,
            ["identifiers"] = new JsonArray("one", "two"),
            ["attributes"] = JsonNode.Parse(attributes),
        });
        async Task<string> ValuesAsync()
        {
            var read = await Client.ReadGroupAsync(_group, 1, key, ["one", "two"], "segment", "orders");
            return read["segment"]!.ToJsonString() + read["orders"]!.ToJsonString();
        }

        AssertHolds(new JsonObject { ["ok"] = true }, await PushAsync("""{"segment":["vip","new"],"orders":[7,1]}"""));
        Assert.Equal("""["vip","new"][7,1]""", await ValuesAsync());

        await PushAsync("""{"segment":[null,"old"]}""");
        Assert.Equal("""[null,"old"][7,1]""", await ValuesAsync());
    }

    [Fact]
    [Trait("Row", "65")]
    public async Task The_data_of_one_person_is_deleted_and_grows_anew()
    {
        await PrepareAsync();
        var path = $"/api/v1/user_id/{_user}";

        AssertHolds(new JsonObject { ["keys_found"] = true }, (await Client.SendAsync(HttpMethod.Delete, path)).Json);
        Assert.Null((await Client.ReadServiceAsync(_service, "user_id", _user))["clicks"]![0]);
        AssertHolds(new JsonObject { ["keys_found"] = false }, (await Client.SendAsync(HttpMethod.Delete, path)).Json);
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Delete, $"/api/v1/no_such_key/{_user}")).Status);

        await Client.SendEventsAsync(new EventLine().With("user_id", _user));
        await Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", "1");
    }

    private async Task PrepareAsync()
    {
        var page = Atomic("page_urlpath");
        await Client.PutGroupAsync(Group(_group, 1, "user_id",
            Attribute("clicks", "int32", "counter"),
            Attribute("pages", "string_list", "unique_list", page),
            Attribute("distinct", "int64", "approx_count_distinct", Atomic("page_urlpath")),
            Attribute("colour", "string", "last", Atomic("mkt_source")).With("default_value", "grey"),
            Attribute("missing", "string", "last", Atomic("mkt_medium"))));
        await Client.PutServiceAsync(Service(_service, (_group, 1)));
        var now = DateTimeOffset.UtcNow;
        await Client.SendEventsAsync(
            new EventLine(now.AddSeconds(-2)).With("user_id", _user).With("page_urlpath", "/home"),
            new EventLine(now.AddSeconds(-1)).With("user_id", _user).With("page_urlpath", "/cart"));
        await Client.AwaitValueAsync(_group, 1, "user_id", _user, "clicks", "2");
    }

    private Task<Answer> SendAsync(JsonNode body) => Client.SendAsync(HttpMethod.Post, Read, body);

    private static JsonObject Keys(params string[] users) => new() { ["user_id"] = new JsonArray([.. users.Select(user => JsonValue.Create(user))]) };
}
