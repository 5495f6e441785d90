using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Api.Webhooks;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class WebhookDeliveryTests
{
    private const string Secret = "a-secret-of-this-test";

    private static readonly WebhookOptions Local = new() { AllowHttp = true, AllowPrivateNetworks = true, FirstRetry = TimeSpan.FromMilliseconds(10) };

    [Fact]
    public async Task An_intervention_is_posted_signed_with_its_payload()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, receiver, "crm", new { });

        var sent = await site.SendAsync(Ann);

        await Eventually.HoldsAsync(() => receiver.Posts.Count == 1);
        var post = receiver.Posts[0];
        Assert.Equal("/hooks?from=signals", post.Path);
        Assert.Equal("application/json; charset=utf-8", post.ContentType);
        Assert.Equal("crm-1", post.Delivery);
        Assert.StartsWith("signals-functions/", post.UserAgent);
        Assert.Equal(
            $"{{\"intervention_id\":\"{sent.InterventionId}\",\"name\":\"cart_help\",\"version\":1,\"attributes\":{{\"cart_value\":\"250.0\"}},"
            + $"\"target_attribute_key\":{{\"name\":\"domain_userid\",\"id\":\"{Ann.Identifier}\"}},",
            post.Body[..post.Body.IndexOf("\"decided_at\"", StringComparison.Ordinal)]);
        AssertSigned(post);
    }

    [Fact]
    public async Task A_webhook_gets_what_it_asked_for_and_what_is_decided_after_it_was_made()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var site = await StartDeliveringAsync();
        await site.SendAsync(Ann);
        await AddAsync(site, receiver, "crm", new
        {
            interventions = new[] { new { name = "survey" }, new { name = "cart_help" } },
            target_attribute_keys = new[] { new { name = "domain_userid" } },
        });

        await site.SendAsync(AnnsSession);
        await site.SendAsync(Ann, message => message with { Name = "other" });
        await site.SendAsync(Ann, message => message with { Decision = InterventionDecision.HeldOut });
        await site.SendAsync(Ann, message => message with { ExpiresAt = message.DecidedAt });
        await site.SendAsync(Ann, message => message with { Name = "survey", Target = message.Target with { Identifier = "not a UUID" } });
        await site.SendAsync(Bob);

        await Eventually.HoldsAsync(() => receiver.Posts.Count >= 2);
        Assert.Equal(["crm-6", "crm-7"], receiver.Posts.Select(post => post.Delivery).Order());
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_again_with_the_same_id_until_it_arrives()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = count => count < 4 ? 503 : 204;
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, receiver, "crm", new { });

        await site.SendAsync(Ann);

        await Eventually.HoldsAsync(async () => receiver.Posts.Count == 4 && await WaitingAsync(site) == 0);
        Assert.Single(receiver.Posts.Select(post => post.Delivery).Distinct());
        Assert.Single(receiver.Posts.Select(post => post.Body).Distinct());
        Assert.All(receiver.Posts, AssertSigned);
        Assert.Empty(await DeadLettersAsync(site));
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_is_a_dead_letter_that_can_be_retried()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, receiver, "crm", new { max_attempts = 3 });
        var sent = await site.SendAsync(Ann);
        await site.SendAsync(Bob);
        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(site)).Count == 2);

        var letter = (await DeadLettersAsync(site))[1];
        Assert.Equal("crm-1", letter.GetProperty("delivery").GetString());
        Assert.Equal(3, letter.GetProperty("attempts").GetInt32());
        Assert.Equal("status 500", letter.GetProperty("error").GetString());
        Assert.Equal(sent.InterventionId, letter.GetProperty("message").GetProperty("intervention_id").GetGuid());
        Assert.Equal(6, receiver.Posts.Count);

        receiver.Answer = _ => 200;
        Assert.Equal("""{"retried":1}""", await RetryAsync(site, """{"sequences":[1,99]}"""));
        await Eventually.HoldsAsync(() => receiver.Posts.Count == 7);
        Assert.Equal("crm-1", receiver.Posts[6].Delivery);
        Assert.Equal("""{"retried":1}""", await RetryAsync(site, ""));
        await Eventually.HoldsAsync(async () => receiver.Posts.Count == 8 && (await DeadLettersAsync(site)).Count == 0);
    }

    [Fact]
    public async Task A_slow_webhook_delays_no_other()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        var gate = new TaskCompletionSource();
        slow.Gate = gate.Task;
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, slow, "slow", new { });
        await AddAsync(site, quick, "quick", new { });

        for (var i = 0; i < 50; i++)
            await site.SendAsync(Ann);

        await Eventually.HoldsAsync(() => quick.Posts.Count == 50);
        Assert.InRange(slow.Posts.Count, 0, Local.MaxConcurrent);
        gate.SetResult();
        await Eventually.HoldsAsync(() => slow.Posts.Count == 50);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_has_failed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Gate = new TaskCompletionSource().Task;
        await using var site = await StartDeliveringAsync(Local with { Timeout = TimeSpan.FromMilliseconds(200) });
        await AddAsync(site, receiver, "crm", new { max_attempts = 1 });

        await site.SendAsync(Ann);

        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(site)).Count == 1);
        Assert.Equal("no answer within 0.2 s", (await DeadLettersAsync(site))[0].GetProperty("error").GetString());
        receiver.Gate = Task.CompletedTask;
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 307;
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, receiver, "crm", new { max_attempts = 1 });

        await site.SendAsync(Ann);

        await Eventually.HoldsAsync(async () => (await DeadLettersAsync(site)).Count == 1);
        Assert.Equal("status 307; redirects are not followed", (await DeadLettersAsync(site))[0].GetProperty("error").GetString());
        Assert.Single(receiver.Posts);
    }

    [Fact]
    public async Task Of_two_processes_one_delivers_and_another_goes_on_where_it_stopped()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var site = await StartDeliveringAsync();
        var other = await AddProcessAsync(site, Local);
        await AddAsync(site, receiver, "crm", new { });
        for (var i = 0; i < 20; i++)
            await site.SendAsync(Ann);
        await Eventually.HoldsAsync(() => receiver.Posts.Count == 20);

        await site.StopAsync(site.Host);
        for (var i = 0; i < 20; i++)
            await OutboxOf(other).AppendAsync([Message(Ann)], default);

        await Eventually.HoldsAsync(() => receiver.Posts.Count >= 40);
        Assert.Equal(40, receiver.Posts.Select(post => post.Delivery).Distinct().Count());
        Assert.Equal(40, receiver.Posts.Count);
    }

    [Fact]
    public async Task An_unpublished_webhook_gets_nothing_and_does_not_catch_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var site = await StartDeliveringAsync();
        await AddAsync(site, receiver, "crm", new { is_published = false });
        await AddAsync(site, receiver, "witness", new { });
        await site.SendAsync(Ann);
        await Eventually.HoldsAsync(() => receiver.Posts.Count == 1);

        using var published = await site.Host.Client.PutAsJsonAsync(
            "/api/v1/registry/webhooks/crm", new { name = "crm", url = new Uri(receiver.Url, "/hooks"), is_published = true });
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        await site.SendAsync(Ann);

        await Eventually.HoldsAsync(() => receiver.Posts.Count >= 3);
        Assert.Equal(["crm-2", "witness-1", "witness-2"], receiver.Posts.Select(post => post.Delivery).Order());
    }

    private static void AssertSigned(ReceivedPost post)
    {
        var parts = post.Signature.Split(',').ToDictionary(part => part.Split('=')[0], part => part.Split('=')[1]);
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{post.Body}"));
        Assert.Equal(Convert.ToHexString(expected).ToLowerInvariant(), parts["v1"]);
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"]));
        Assert.InRange(age, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
    }

    private static Task<InterventionSite> StartDeliveringAsync(WebhookOptions? webhooks = null) =>
        StartAsync(configure: options => options with { Webhooks = webhooks ?? Local }, services: AddDelivery);

    private static Task<ApiHost> AddProcessAsync(InterventionSite site, WebhookOptions webhooks) =>
        site.AddProcessAsync(configure: options => options with { Webhooks = webhooks }, services: AddDelivery);

    private static void AddDelivery(IServiceCollection services)
    {
        services.AddSingleton<IPartitionLease>(provider => new SqlitePartitionLease(provider.GetRequiredService<SqliteDatabase>(), TimeProvider.System));
        services.AddWebhookDelivery();
    }

    private static async Task AddAsync(InterventionSite site, WebhookReceiver receiver, string name, object members)
    {
        var body = JsonSerializer.SerializeToNode(members)!.AsObject();
        body["name"] = name;
        body["url"] = new Uri(receiver.Url, "/hooks?from=signals").ToString();
        body["secret"] = Secret;
        body["is_published"] ??= true;
        using var answer = await site.Host.Client.PostAsJsonAsync("/api/v1/registry/webhooks/", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<int> WaitingAsync(InterventionSite site) =>
        await site.Host.Services.GetRequiredService<IWebhookStore>().ReadNextDueAsync("crm", default) is null ? 0 : 1;

    private static async Task<IReadOnlyList<JsonElement>> DeadLettersAsync(InterventionSite site)
    {
        var text = await site.Host.Client.GetStringAsync("/api/v1/webhooks/crm/dead-letters");
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("dead_letters").EnumerateArray()];
    }

    private static async Task<string> RetryAsync(InterventionSite site, string body)
    {
        using var content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await site.Host.Client.PostAsync("/api/v1/webhooks/crm/dead-letters/retry", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
