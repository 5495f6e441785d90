using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Registry;

/// <summary>The registry's part of the OpenAPI document: it says what is really on the wire.</summary>
[Trait("Row", "11")]
public sealed class RegistryDocumentTests : RegistryTests
{
    [Fact]
    public async Task Names_durations_and_the_union_of_properties_are_described()
    {
        var schemas = (await Host.Anonymous.GetFromJsonAsync<JsonNode>("/openapi.json"))!["components"]!["schemas"]!;

        Assert.Contains("unix_timestamp_list", schemas["AttributeType"]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Contains("is not null", schemas["EventOperator"]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Equal("duration", (string?)schemas["AttributeDefinition"]!["properties"]!["period"]!["format"]);
        Assert.Equal(["atomic", "event", "entity", "calculated"], schemas["PropertyDefinition"]!["discriminator"]!["mapping"]!.AsObject().Select(kind => kind.Key));
        Assert.Equal(["name", "attribute_key"], schemas["AttributeGroupDefinition"]!["required"]!.AsArray().Select(name => (string?)name));
        Assert.False(schemas["AttributeGroupDefinition"]!["properties"]!.AsObject().ContainsKey("published_at"));
    }

    [Fact]
    public async Task Answers_have_exactly_the_members_that_are_described()
    {
        await Host.PostAsync(Groups, Group("g", attributes: """{"name":"a","type":"double","aggregation":"time_since_last","time_unit":"h"}""", published: true));
        await Host.PostAsync(Services, Json("""{"name":"s","attribute_groups":[{"name":"g"}]}"""));
        var schemas = (await Host.Anonymous.GetFromJsonAsync<JsonNode>("/openapi.json"))!["components"]!["schemas"]!;
        var group = (await Host.GetAsync(Version("g"))).Body;

        AssertDescribed(schemas["AttributeGroupResponse"]!, group);
        AssertDescribed(schemas["AttributeResponse"]!, group["attributes"]![0]!);
        AssertDescribed(schemas["AttributeKeyResponse"]!, group["attribute_key"]!);
        AssertDescribed(schemas["ServiceDefinition"]!, (await Host.GetAsync(Services + "s")).Body);
        AssertDescribed(schemas["BatchSyncStatusResponse"]!, (await Host.GetAsync(Version("g") + "/batch_sync_status")).Body);
        AssertDescribed(schemas["StreamAttributeResponse"]!, (await Host.GetAsync("engines/stream_attributes"))["attributes"]![0]!);
    }

    private static void AssertDescribed(JsonNode schema, JsonNode answer) =>
        Assert.Equal(schema["properties"]!.AsObject().Select(member => member.Key).Order(), answer.AsObject().Select(member => member.Key).Order());
}
