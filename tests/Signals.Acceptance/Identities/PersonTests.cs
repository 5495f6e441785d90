using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Identities;

/// <summary>The whole loop with the official tracker: browsing, login, another device, a shared one, a link across domains.</summary>
public sealed class PersonTests
{
    [NodeClientsFact]
    public async Task One_person_is_counted_across_browsing_login_devices_and_domains()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        var client = runtime.Client;
        await client.ConfigureIdentitiesAsync();

        await BrowseAsync(runtime, "laptop", user: null, "/", "/shoes");
        var anonymous = (await client.PersonOfAsync("domain_userid", "laptop"))!;
        await client.AwaitViewsAsync(anonymous, 2);

        await BrowseAsync(runtime, "laptop", "ann", "/account");
        await client.AwaitViewsAsync(anonymous, 3);
        Assert.Equal(anonymous, await client.PersonOfAsync("user_id", "ann"));

        await BrowseAsync(runtime, "phone", user: null, "/", "/socks", "/hats");
        var onPhone = (await client.PersonOfAsync("domain_userid", "phone"))!;
        Assert.NotEqual(anonymous, onPhone);
        await BrowseAsync(runtime, "phone", "ann", "/account");
        await client.AwaitViewsAsync(anonymous, 7);
        Assert.Equal(anonymous, await client.PersonOfAsync("domain_userid", "phone"));
        Assert.Equal("7", await client.ViewsOfAsync(onPhone));

        await BrowseAsync(runtime, "other-domain", user: null, "/?_sp=phone.1700000000000");
        await client.AwaitViewsAsync(anonymous, 8);
        Assert.Equal(anonymous, await client.PersonOfAsync("domain_userid", "other-domain"));

        await BrowseAsync(runtime, "phone", "bob", "/account", "/");
        var bob = (await client.PersonOfAsync("user_id", "bob"))!;
        Assert.NotEqual(anonymous, bob);
        await client.AwaitViewsAsync(bob, 2);
        Assert.Equal("8", await client.ViewsOfAsync(anonymous));

        var history = await client.GetAsync($"/api/v1/identities/snowplow_ids/{onPhone}");
        Assert.Equal(anonymous, (string?)history["active_snowplow_id"]);
        Assert.Equal(onPhone, (string?)Assert.Single((await client.GetAsync($"/api/v1/identities/snowplow_ids/{anonymous}"))["merges"]!.AsArray())!["snowplow_id"]);
    }

    [Fact]
    public async Task An_erased_person_is_gone_and_comes_back_as_somebody_else()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        var client = runtime.Client;
        await client.ConfigureIdentitiesAsync();
        var visit = View("tablet", "carl");
        await client.SendEventsAsync(visit);
        await client.AwaitProcessedAsync();
        var before = (await client.PersonOfAsync("user_id", "carl"))!;
        await client.AwaitViewsAsync(before, 1);

        var erased = await client.PostAsync("/erasure", new JsonObject { ["identifiers"] = new JsonArray(new JsonObject { ["type"] = "user_id", ["value"] = "carl" }) });

        Assert.Equal(before, (string?)erased["successful"]![0]!["result"]!["snowplow_ids"]![0]);
        Assert.Null(await client.PersonOfAsync("user_id", "carl"));
        Assert.Null(await client.PersonOfAsync("domain_userid", "tablet"));
        Assert.Equal("null", await client.ViewsOfAsync(before));
        await client.SendEventsAsync(visit);
        await client.AwaitProcessedAsync();
        Assert.NotEqual(before, await client.PersonOfAsync("user_id", "carl"));
        Assert.Equal("null", await client.ViewsOfAsync(before));
    }

    [Fact]
    public async Task Without_a_configuration_events_go_on_as_they_are()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.PutGroupAsync(Definitions.Group("plain", 1, "user_id", Definitions.Attribute("views", "int32", "counter")));

        await runtime.Client.SendEventsAsync(View("tablet", "dora"));

        await runtime.Client.AwaitValueAsync("plain", 1, "user_id", "dora", "views", "1");
        Assert.Null(await runtime.Client.PersonOfAsync("user_id", "dora"));
    }

    [Fact]
    public async Task Merges_that_a_tracker_claims_are_refused()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        var client = runtime.Client;
        await client.ConfigureIdentitiesAsync();
        await client.SendEventsAsync(View("d1", "eve"), View("d2", "fay"));
        await client.AwaitProcessedAsync();
        var (eve, fay) = ((await client.PersonOfAsync("user_id", "eve"))!, (await client.PersonOfAsync("user_id", "fay"))!);

        await client.SendEventsAsync(new EventLine().Payload(Definitions.Snowplow, "identity_merge", "2-0-0", new JsonObject
        {
            ["snowplow_id"] = eve,
            ["created_at"] = "2026-01-01T00:00:00.000Z",
            ["merges"] = new JsonArray(fay),
            ["merged"] = new JsonArray(),
        }));
        await client.AwaitProcessedAsync();

        Assert.Equal("1", await client.ViewsOfAsync(fay));
        Assert.Equal(1, (await client.GetAsync("/api/v1/bad-rows?limit=1"))["total"]!.GetValue<long>());
    }

    private static EventLine View(string device, string user) => new EventLine().With("domain_userid", device).With("user_id", user).With("page_urlpath", "/");

    /// <summary>Page views with the official tracker, on one device.</summary>
    private static async Task BrowseAsync(LocalRuntime runtime, string device, string? user, params string[] paths)
    {
        var input = new JsonObject
        {
            ["collector"] = runtime.Address,
            ["appId"] = "acceptance",
            ["domainUserId"] = device,
            ["events"] = new JsonArray([.. paths.Select(path => new JsonObject { ["page"] = $"https://shop.example{path}" })]),
        };
        if (user is not null)
            input["userId"] = user;
        Assert.Equal(paths.Length, (await NpmProject.Clients.RunAsync("track.mjs", input))["sent"]!.GetValue<int>());
        await runtime.Client.AwaitProcessedAsync();
    }
}
