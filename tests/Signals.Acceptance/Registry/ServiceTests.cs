using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Registry;

/// <summary>Spec signals-api 5.1.</summary>
public sealed class ServiceTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Services = "/api/v1/registry/services/";

    [Fact]
    [Trait("Row", "39")]
    public async Task A_service_is_created_read_listed_repointed_and_deleted()
    {
        var (group, service) = (Unique("group"), Unique("service"));
        await Client.PutGroupAsync(Group(group, 1, "user_id", Attribute("a", "int32", "counter")));
        await Client.PutGroupAsync(Group(group, 2, "user_id", Attribute("b", "int32", "counter")));
        AssertHolds(Service(service, (group, 1)), await Client.PostAsync(Services, Service(service, (group, 1))));
        AssertHolds(Service(service, (group, 1)), await Client.GetAsync(Services + service));
        Assert.Contains((await Client.GetAsync(Services)).AsArray(), item => $"{item!["name"]}" == service);

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, Services + service, Service(service, (group, 2)))).Status);
        Assert.Equal(2, (await Client.GetAsync(Services + service))["attribute_groups"]![0]!["version"]!.GetValue<int>());

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Put, Services + service, Service(service, (group, 2)).With("is_published", false))).Status);
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Delete, Services + service)).Status);
        Assert.Equal(404, (await Client.SendAsync(HttpMethod.Get, Services + service)).Status);
    }

    [Fact]
    [Trait("Row", "39")]
    public async Task A_service_has_one_to_a_hundred_different_existing_groups_without_a_clash_of_names()
    {
        var (one, other) = (Unique("group"), Unique("group"));
        await Client.PutGroupAsync(Group(one, 1, "user_id", Attribute("same", "int32", "counter")));
        await Client.PutGroupAsync(Group(other, 1, "domain_userid", Attribute("same", "int32", "counter")));
        async Task RefusedAsync(params (string, int)[] groups) =>
            AssertInvalid(await Client.SendAsync(HttpMethod.Post, Services, Service(Unique("service"), groups)));

        await RefusedAsync();
        await RefusedAsync([.. Enumerable.Range(1, 101).Select(version => (one, version))]);
        await RefusedAsync((one, 1), (one, 1));
        await RefusedAsync((Unique("unknown"), 1));
        await RefusedAsync((one, 1), (other, 1));
    }
}
