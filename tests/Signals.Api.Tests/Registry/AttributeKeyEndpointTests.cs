using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api part 3.</summary>
public sealed class AttributeKeyEndpointTests : RegistryTests
{
    [Fact]
    [Trait("Row", "23")]
    [Trait("Row", "25")]
    [Trait("Row", "27")]
    public async Task A_key_on_an_entity_is_answered_exactly_as_specified()
    {
        var answer = await Host.PostAsync(Keys, Json("""
            {"name":"customer_tier","description":"Tier from the user entity","owner":"data@example.com","ttl":"P365D",
             "property":{"type":"entity","vendor":"com.example","name":"user","major_version":1,"path":"tier","index":0},
             "is_published":true}
            """));

        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(Json("""
            {"name":"customer_tier","description":"Tier from the user entity","key":null,"external_column":null,
             "owner":"data@example.com","ttl":"P365D","is_published":true,
             "property":{"type":"entity","vendor":"com.example","name":"user","major_version":1,"path":"tier","index":0},
             "blobl_path":"contexts_com_example_user_1.0.tier"}
            """), answer.Body), answer.ToString());
        Assert.True(JsonNode.DeepEquals(answer.Body, (await Host.GetAsync(Keys + "customer_tier")).Body));
    }

    [Theory]
    [Trait("Row", "25")]
    [Trait("Row", "26")]
    [Trait("Row", "27")]
    [InlineData("""{"name":"a","property":{"type":"atomic","name":"user_id"}}""", "user_id")]
    [InlineData("""{"name":"a","property":{"name":"user_id"}}""", "user_id")]
    [InlineData("""{"name":"a","key":"app_id"}""", "app_id")]
    [InlineData("""{"name":"app_id"}""", "app_id")]
    [InlineData("""{"name":"a","property":{"type":"event","vendor":"com.acme","name":"login","major_version":2,"path":"$.user.ids[1]"}}""", "unstruct_event.data.data.user.ids.1")]
    [InlineData("""{"name":"a","property":{"type":"entity","vendor":"com.acme","name":"user","major_version":2,"path":"id","index":3}}""", "contexts_com_acme_user_2.3.id")]
    [InlineData("""{"name":"a","external_column":"a"}""", null)]
    public async Task The_place_of_the_identifier_is_always_answered(string key, string? place)
    {
        var answer = await Host.PostAsync(Keys, Json(key));

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Body.AsObject().ContainsKey("blobl_path"));
        Assert.Equal(place, (string?)answer["blobl_path"]);
    }

    [Theory]
    [Trait("Row", "15")]
    [Trait("Row", "26")]
    [InlineData("""{"name":"a","external_column":"b"}""", """["body","external_column"]""")]
    [InlineData("""{"name":"a b"}""", """["body","name"]""")]
    [InlineData("""{}""", """["body","name"]""")]
    [InlineData("""{"name":"a","key":"a-b"}""", """["body","key"]""")]
    [InlineData("""{"name":"a","ttl":-5}""", """["body","ttl"]""")]
    [InlineData("""{"name":"a","property":{"type":"atomic","name":"derived_tstamp","date_part":"active_day"}}""", """["body","property","date_part"]""")]
    [InlineData("""{"name":"a","property":{"type":"calculated","operation":"concat","properties":[{"name":"app_id"},{"name":"user_id"}]}}""", """["body","property","type"]""")]
    public async Task What_is_wrong_with_a_key_is_named(string key, string place) =>
        Assert.Contains(place, (await Host.PostAsync(Keys, Json(key))).Places);

    [Fact]
    [Trait("Row", "24")]
    public async Task Built_in_keys_are_listed_and_published_from_the_start()
    {
        var keys = (await Host.GetAsync(Keys)).Body.AsArray();

        Assert.Equal(["domain_sessionid", "domain_userid", "network_userid", "snowplow_id", "user_id"], keys.Select(key => (string?)key!["name"]));
        Assert.All(keys, key => Assert.True((bool)key!["is_published"]!));
        Assert.All(keys.Where(key => (string?)key!["name"] != "snowplow_id"), key => Assert.Equal((string?)key!["name"], (string?)key["blobl_path"]));
    }

    [Fact]
    [Trait("Row", "24")]
    public async Task Publishing_a_built_in_key_as_the_SDK_does_is_harmless_and_changes_its_words()
    {
        var key = Json("""{"name":"user_id","key":"user_id","description":"The user ID for the user.","owner":"a@b.co","is_published":true}""");

        var answer = await Host.PublishAsync(Keys, Keys + "user_id", key);

        Assert.Equal("The user ID for the user.", (string?)answer["description"]);
        Assert.Equal("a@b.co", (string?)(await Host.GetAsync(Keys + "user_id"))["owner"]);
    }

    [Theory]
    [Trait("Row", "24")]
    [InlineData("""{"name":"user_id","key":"app_id"}""")]
    [InlineData("""{"name":"user_id","property":{"type":"atomic","name":"app_id"}}""")]
    [InlineData("""{"name":"user_id","key":"user_id","ttl":"P1D"}""")]
    public async Task A_built_in_key_keeps_its_definition(string key) =>
        Assert.Equal(400, (await Host.PutAsync(Keys + "user_id", Json(key))).Status);

    [Fact]
    [Trait("Row", "24")]
    public async Task A_built_in_key_stays_published_and_cannot_be_deleted()
    {
        var unpublished = await Host.PutAsync(Keys + "domain_userid", Json("""{"name":"domain_userid","key":"domain_userid","is_published":false}"""));

        Assert.True((bool)unpublished["is_published"]!);
        Assert.Equal(400, (await Host.DeleteAsync(Keys + "domain_userid")).Status);
    }

    [Theory]
    [Trait("Row", "24")]
    [InlineData("user", "domain_userid")]
    [InlineData("session", "domain_sessionid")]
    public async Task The_deprecated_keys_can_be_published(string name, string column)
    {
        var answer = await Host.PublishAsync(Keys, Keys + name, Json($$"""{"name":"{{name}}","key":"{{column}}","is_published":true}"""));

        Assert.Equal(column, (string?)answer["blobl_path"]);
    }

    [Fact]
    [Trait("Row", "23")]
    public async Task A_key_is_created_once_replaced_and_deleted_when_unpublished()
    {
        var key = Json("""{"name":"tier","key":"app_id","is_published":true}""");
        Assert.Equal(200, (await Host.PostAsync(Keys, key)).Status);

        var again = await Host.PostAsync(Keys, key);
        Assert.Equal(400, again.Status);
        Assert.EndsWith("already exists", (string?)again["detail"]);

        Assert.Equal(422, (await Host.PutAsync(Keys + "tier", Json("""{"name":"other"}"""))).Status);
        Assert.Equal(404, (await Host.PutAsync(Keys + "other", Json("""{"name":"other"}"""))).Status);
        Assert.Equal(400, (await Host.DeleteAsync(Keys + "tier")).Status);

        Assert.Equal(200, (await Host.PutAsync(Keys + "tier", Json("""{"name":"tier","key":"app_id","is_published":false}"""))).Status);
        var deleted = await Host.DeleteAsync(Keys + "tier");
        Assert.Equal(200, deleted.Status);
        Assert.Equal("""{"ok":true}""", deleted.Body.ToJsonString());
        Assert.Equal(404, (await Host.GetAsync(Keys + "tier")).Status);
        Assert.Equal(404, (await Host.DeleteAsync(Keys + "tier")).Status);
    }

    [Fact]
    [Trait("Row", "23")]
    public async Task The_identifier_of_a_key_in_live_use_cannot_change_and_the_key_cannot_be_deleted()
    {
        await Host.PostAsync(Keys, Json("""{"name":"tier","key":"app_id"}"""));
        await Host.PostAsync(Groups, Group("g", key: "tier", published: true));

        Assert.Equal(400, (await Host.PutAsync(Keys + "tier", Json("""{"name":"tier","key":"user_id"}"""))).Status);
        Assert.Equal(400, (await Host.DeleteAsync(Keys + "tier")).Status);
        Assert.Equal(200, (await Host.PutAsync(Keys + "tier", Json("""{"name":"tier","key":"app_id","description":"text"}"""))).Status);
        Assert.Equal(200, (await Host.PutAsync(Keys + "tier", Json("""{"name":"tier","property":{"type":"atomic","name":"app_id"}}"""))).Status);

        await Host.PutAsync(Version("g"), Group("g", key: "tier"));
        Assert.Equal(200, (await Host.PutAsync(Keys + "tier", Json("""{"name":"tier","key":"user_id"}"""))).Status);
        Assert.Equal(400, (await Host.DeleteAsync(Keys + "tier")).Status);
    }

    [Fact]
    [Trait("Row", "15")]
    public async Task A_name_in_the_path_has_at_most_128_characters()
    {
        Assert.Equal(404, (await Host.GetAsync(Keys + new string('a', 128))).Status);
        Assert.Equal(["""["path","name"]"""], (await Host.GetAsync(Keys + new string('a', 129))).Places);
    }
}
