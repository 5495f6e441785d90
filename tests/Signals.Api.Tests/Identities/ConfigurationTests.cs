using System.Text.Json.Nodes;

namespace Signals.Api.Tests.Identities;

public sealed class ConfigurationTests : IdentityTests
{
    [Fact]
    public async Task Without_a_configuration_version_0_is_in_force()
    {
        var answer = await Host.SendAsync(HttpMethod.Get, "configuration");

        Assert.Equal(0, (int)answer["version"]!);
        Assert.Empty(answer["configuration"]!["identifiers"]!.AsArray());
    }

    [Fact]
    public async Task Published_configuration_is_read_back_with_its_audit()
    {
        Assert.Equal(200, (await Host.SendAsync(HttpMethod.Put, "configuration", Json(Configuration))).Status);

        using var response = await Host.RequestAsync(HttpMethod.Get, "configuration", null);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("\"1\"", response.Headers.ETag!.Tag);
        Assert.Equal("sandbox", (string)answer["author"]!);
        Assert.Equal("user_id", (string)answer["configuration"]!["identifiers"]![0]!["name"]!);
        Assert.Contains(answer["changes"]!.AsArray(), change => (string)change!["path"]! == "identifiers.user_id.priority" && (string?)change["after"] == "100");
    }

    [Fact]
    public async Task What_was_read_can_be_sent_back_and_changes_nothing()
    {
        await Host.PublishAsync(Configuration[..^1] + ""","id_secret":"0123456789abcdef"}""");
        var read = await Host.SendAsync(HttpMethod.Get, "configuration");
        Assert.DoesNotContain("0123456789abcdef", read.Body.ToJsonString());

        var answer = await Host.SendAsync(HttpMethod.Put, "configuration", read["configuration"]);

        Assert.Equal(1, (int)answer["version"]!);
        Assert.Equal("0123456789abcdef", Host.Registry.Current.Configuration.IdSecret);
    }

    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("W/\"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"2\"", 412)]
    [InlineData("\"soon\"", 400)]
    public async Task With_if_match_the_version_has_to_be_in_force(string ifMatch, int status)
    {
        await Host.PublishAsync(Configuration);

        var answer = await Host.SendAsync(HttpMethod.Put, "configuration", Json("""{"identifiers":[]}"""), ifMatch);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200 ? 2 : 1, Host.Registry.Current.Configuration.Version);
    }

    [Theory]
    [InlineData("PUT", "configuration")]
    [InlineData("POST", "configuration/validate")]
    [InlineData("POST", "configuration/dry_run")]
    public async Task Wrong_member_is_named(string method, string path)
    {
        var answer = await Host.SendAsync(new HttpMethod(method), path, Json("""{"identifiers":[{"name":"a","priority":1,"property":"nope"}]}"""));

        Assert.Equal(["""["body","identifiers",0,"property"]"""], answer.Places);
    }

    [Fact]
    public async Task Validation_says_what_would_change_and_what_is_unwise_and_publishes_nothing()
    {
        await Host.PublishAsync(Configuration);

        var answer = await Host.SendAsync(HttpMethod.Post, "configuration/validate", Json("""{"identifiers":[{"name":"s","priority":1,"property":"domain_sessionid"}]}"""));

        Assert.True((bool)answer["valid"]!);
        Assert.Contains("'s'", (string)answer["warnings"]![0]!);
        Assert.Contains(answer["changes"]!.AsArray(), change => (string)change!["path"]! == "cross_domain_aliases");
        Assert.Equal(1, Host.Registry.Current.Configuration.Version);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_read_one_by_one()
    {
        await Host.PublishAsync(Configuration);
        await Host.PublishAsync("""{"identifiers":[]}""");

        var list = await Host.SendAsync(HttpMethod.Get, "configuration/versions");
        Assert.Equal([2, 1], list["versions"]!.AsArray().Select(version => (int)version!["version"]!));
        Assert.Equal(2, (await Host.SendAsync(HttpMethod.Get, "configuration/versions/1"))["configuration"]!["identifiers"]!.AsArray().Count);
        Assert.Equal(404, (await Host.SendAsync(HttpMethod.Get, "configuration/versions/3")).Status);
        Assert.Equal(["""["path","version"]"""], (await Host.SendAsync(HttpMethod.Get, "configuration/versions/x")).Places);
    }
}
