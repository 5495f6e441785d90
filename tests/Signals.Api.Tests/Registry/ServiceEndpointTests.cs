using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>Spec signals-api 5.1.</summary>
[Trait("Row", "39")]
public sealed class ServiceEndpointTests : RegistryTests
{
    [Fact]
    public async Task A_service_is_answered_exactly_as_specified()
    {
        await Host.PostAsync(Groups, Group("session_activity"));
        await Host.PostAsync(Groups, Group("shopping", 3, """{"name":"total","type":"int32","aggregation":"counter"}"""));

        var answer = await Host.PostAsync(Services, Json("""
            {"name":"shop_service","owner":"data@example.com","is_published":true,
             "attribute_groups":[{"name":"session_activity"},{"name":"shopping","version":3}]}
            """));

        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(Json("""
            {"name":"shop_service","description":null,"owner":"data@example.com","is_published":true,
             "attribute_groups":[{"name":"session_activity","version":1},{"name":"shopping","version":3}]}
            """), answer.Body), answer.ToString());
        Assert.True(JsonNode.DeepEquals(answer.Body, (await Host.GetAsync(Services + "shop_service")).Body));
        Assert.True(JsonNode.DeepEquals(answer.Body, (await Host.GetAsync(Services)).Body[0]));
    }

    [Theory]
    [InlineData("""[]""", """["body","attribute_groups"]""")]
    [InlineData("""[{"name":"one"},{"name":"one","version":1}]""", """["body","attribute_groups",1]""")]
    [InlineData("""[{"name":"one"},{"name":"missing"}]""", """["body","attribute_groups",1]""")]
    [InlineData("""[{"name":"one","version":2}]""", """["body","attribute_groups",0]""")]
    [InlineData("""[{"name":"one"},{"name":"two"}]""", """["body","attribute_groups",1]""")]
    [InlineData("""[{"name":"one","version":"1"}]""", """["body","attribute_groups",0,"version"]""")]
    [InlineData("""null""", """["body","attribute_groups"]""")]
    public async Task Groups_must_exist_differ_and_not_clash(string groups, string place)
    {
        await Host.PostAsync(Groups, Group("one"));
        await Host.PostAsync(Groups, Group("two"));

        Assert.Equal([place], (await Host.PostAsync(Services, Json($$"""{"name":"s","attribute_groups":{{groups}}}"""))).Places);
    }

    [Fact]
    public async Task A_service_has_at_most_100_groups()
    {
        var groups = new JsonArray([.. Enumerable.Range(1, 101).Select(version => (JsonNode)Json($$"""{"name":"g","version":{{version}}}"""))]);
        for (var version = 1; version <= 100; version++)
            await Host.PostAsync(Groups, Group("g", version, $$"""{"name":"a{{version}}","type":"int32","aggregation":"counter"}"""));

        Assert.Equal(["""["body","attribute_groups"]"""], (await Host.PostAsync(Services, new JsonObject { ["name"] = "s", ["attribute_groups"] = groups.DeepClone() })).Places);

        groups.RemoveAt(100);
        Assert.Equal(200, (await Host.PostAsync(Services, new JsonObject { ["name"] = "s", ["attribute_groups"] = groups })).Status);
    }

    [Fact]
    public async Task A_service_is_created_once_repointed_while_published_and_deleted_when_unpublished()
    {
        await Host.PostAsync(Groups, Group("g"));
        await Host.PostAsync(Groups, Group("g", 2));
        JsonObject Service(int version, bool published) =>
            Json($$"""{"name":"s","is_published":{{(published ? "true" : "false")}},"attribute_groups":[{"name":"g","version":{{version}}}]}""");
        await Host.PostAsync(Services, Service(1, true));

        Assert.Equal(400, (await Host.PostAsync(Services, Service(1, true))).Status);
        Assert.Equal(200, (await Host.PutAsync(Services + "s", Service(2, true))).Status);
        Assert.Equal(404, (await Host.PutAsync(Services + "t", Service(2, true))).Status);
        Assert.Equal(["""["body","name"]"""], (await Host.PutAsync(Services + "s", Json("""{"name":"t","attribute_groups":[{"name":"g"}]}"""))).Places);
        Assert.Equal(400, (await Host.DeleteAsync(Services + "s")).Status);
        Assert.Equal(200, (await Host.PutAsync(Services + "s", Service(2, false))).Status);
        Assert.Equal("""{"ok":true}""", (await Host.DeleteAsync(Services + "s")).Body.ToJsonString());
        Assert.Equal(404, (await Host.GetAsync(Services + "s")).Status);
    }

    [Fact]
    public async Task A_draft_cannot_take_a_name_that_its_service_has_from_another_group()
    {
        await Host.PostAsync(Groups, Group("one"));
        await Host.PostAsync(Groups, Group("two", attributes: """{"name":"other","type":"int32","aggregation":"counter"}"""));
        await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"one"},{"name":"two"}]}"""));

        Assert.Equal(["""["body","attributes"]"""], (await Host.PutAsync(Version("two"), Group("two"))).Places);
    }
}
