using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Registry;

/// <summary>Spec signals-api part 3.</summary>
public sealed class AttributeKeyTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Keys = "/api/v1/registry/attribute_keys/";

    [Fact]
    [Trait("Row", "23")]
    public async Task A_key_is_created_read_listed_replaced_and_deleted()
    {
        var name = Unique("key");
        var key = new JsonObject { ["name"] = name, ["description"] = "one", ["property"] = Atomic("page_title") };
        AssertHolds(key, await Client.PostAsync(Keys, key.DeepClone()));
        AssertHolds(key, await Client.GetAsync(Keys + name));
        Assert.Contains((await Client.GetAsync(Keys)).AsArray(), item => $"{item!["name"]}" == name);

        key["description"] = "two";
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, Keys + name, key.DeepClone())).Status);
        Assert.Equal("two", $"{(await Client.GetAsync(Keys + name))["description"]}");

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, Keys + name)).Status);
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Get, Keys + name)).Status);
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Put, Keys + name, key.DeepClone())).Status);
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Delete, Keys + name)).Status);
    }

    [Fact]
    [Trait("Row", "23")]
    public async Task A_key_in_use_is_not_deleted()
    {
        var name = Unique("key");
        await Client.PutKeyAsync(new JsonObject { ["name"] = name, ["property"] = Atomic("page_title") });
        await Client.PutGroupAsync(Group(Unique("group"), 1, name, Attribute("n", "int32", "counter")).With("is_published", false));

        Assert.Equal(400, (await Client.SendAsync(HttpMethod.Delete, Keys + name)).Status);
    }

    [Fact]
    [Trait("Row", "24")]
    public async Task Built_in_keys_are_there_from_the_start_and_stay()
    {
        foreach (var name in new[] { "user_id", "domain_userid", "network_userid", "domain_sessionid", "snowplow_id" })
        {
            Assert.True((await Client.GetAsync(Keys + name))["is_published"]!.GetValue<bool>());
            Assert.Equal(400, (await Client.SendAsync(HttpMethod.Delete, Keys + name)).Status);
        }
        // What an SDK sends for a built-in key: POST, then PUT of the same.
        await Client.PutKeyAsync(new JsonObject { ["name"] = "user_id", ["key"] = "user_id", ["description"] = "The user ID for the user.", ["is_published"] = true });
    }

    [Theory]
    [InlineData("user", "domain_userid")]
    [InlineData("session", "domain_sessionid")]
    [Trait("Row", "24")]
    public async Task The_deprecated_keys_of_old_clients_work(string name, string column)
    {
        await Client.PutKeyAsync(new JsonObject { ["name"] = name, ["key"] = column, ["is_published"] = true });
        var group = Unique("group");
        var identifier = Unique("id");
        await Client.PutGroupAsync(Group(group, 1, name, Attribute("n", "int32", "counter")));

        await Client.SendEventsAsync(new EventLine().With(column, identifier));

        await Client.AwaitValueAsync(group, 1, name, identifier, "n", "1");
    }

    public static TheoryData<string> Sources => ["atomic", "event", "entity"];

    [Theory]
    [MemberData(nameof(Sources))]
    [Trait("Row", "25")]
    public async Task Identifiers_come_from_columns_payloads_and_entities(string source)
    {
        var property = source switch
        {
            "atomic" => Atomic("page_title"),
            "event" => Value("customer.id"),
            _ => EntityProperty("com.acme", "customer", "id", index: 1),
        };
        var key = Unique("key");
        var group = Unique("group");
        var identifier = Unique("id");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["property"] = property, ["is_published"] = true });
        await Client.PutGroupAsync(Group(group, 1, key, Attribute("n", "int32", "counter")));

        EventLine With(string id) => Interaction(DateTimeOffset.UtcNow, new JsonObject { ["customer"] = new JsonObject { ["id"] = id } })
            .With("page_title", id)
            .Entity("com.acme", "customer", "1-0-0", new JsonObject { ["id"] = "not this one" })
            .Entity("com.acme", "customer", "1-0-0", new JsonObject { ["id"] = id });
        await Client.SendEventsAsync(With(identifier), new EventLine(), With(identifier), With(Unique("other")));

        await Client.AwaitValueAsync(group, 1, key, identifier, "n", "2");
    }

    [Fact]
    [Trait("Row", "26")]
    public async Task A_key_of_the_warehouse_has_a_column_and_no_stream()
    {
        var name = Unique("key");
        AssertHolds(
            new JsonObject { ["name"] = name, ["external_column"] = name, ["blobl_path"] = null },
            await Client.PutKeyAsync(new JsonObject { ["name"] = name, ["external_column"] = name, ["is_published"] = true }));

        var mismatch = new JsonObject { ["name"] = Unique("key"), ["external_column"] = "another_name" };
        Assert.Equal(422, (await Client.SendAsync(HttpMethod.Post, Keys, mismatch)).Status);
    }

    [Fact]
    [Trait("Row", "27")]
    public async Task Every_key_says_where_its_identifier_stands()
    {
        var name = Unique("key");
        var created = await Client.PutKeyAsync(new JsonObject { ["name"] = name, ["property"] = EntityProperty("com.example", "user", "tier") });

        Assert.Equal("contexts_com_example_user_1.0.tier", $"{created["blobl_path"]}");
        Assert.All((await Client.GetAsync(Keys)).AsArray(), key => Assert.True(key!.AsObject().ContainsKey("blobl_path")));
    }
}
