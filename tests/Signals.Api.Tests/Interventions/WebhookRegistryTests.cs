using System.Net;
using System.Text;
using System.Text.Json;
using Signals.Api.Webhooks;
using Signals.Engine.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class WebhookRegistryTests
{
    private const string Crm = """{"name":"crm","url":"https://crm.example/hooks","is_published":true,"target_attribute_keys":[{"name":"user_id"}],"interventions":[{"name":"a"}]}""";

    [Fact]
    public async Task The_secret_is_made_and_shown_once()
    {
        await using var site = await StartAsync();

        var (status, made) = await SendAsync(site, HttpMethod.Post, "/", Crm);
        var (_, listed) = await SendAsync(site, HttpMethod.Get, "/", null);
        var (_, read) = await SendAsync(site, HttpMethod.Get, "/crm", null);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(64, made.GetProperty("secret").GetString()!.Length);
        Assert.False(read.TryGetProperty("secret", out _));
        Assert.Equal(read.GetRawText(), listed.EnumerateArray().Single().GetRawText());
        Assert.Equal(
            """{"name":"crm","description":null,"url":"https://crm.example/hooks","interventions":[{"name":"a"}],"target_attribute_keys":[{"name":"user_id"}],"max_attempts":12,"is_published":true}""",
            read.GetRawText());
    }

    [Fact]
    public async Task A_replacement_keeps_the_secret_unless_it_has_one()
    {
        await using var site = await StartAsync();
        var (_, made) = await SendAsync(site, HttpMethod.Post, "/", Crm);

        await SendAsync(site, HttpMethod.Put, "/crm", """{"name":"crm","url":"https://crm.example/new"}""");
        var kept = (await site.Webhooks.ListAsync(default)).Single().Definition;
        await SendAsync(site, HttpMethod.Put, "/crm", """{"name":"crm","url":"https://crm.example/new","secret":"0123456789abcdef"}""");
        var changed = (await site.Webhooks.ListAsync(default)).Single().Definition;

        Assert.Equal(made.GetProperty("secret").GetString(), kept.Secret);
        Assert.Equal(("https://crm.example/new", false), (kept.Url.ToString(), kept.IsPublished));
        Assert.Equal("0123456789abcdef", changed.Secret);
    }

    [Fact]
    public async Task Existing_and_missing_webhooks_are_answered_like_other_definitions()
    {
        await using var site = await StartAsync();
        await SendAsync(site, HttpMethod.Post, "/", Crm);

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(site, HttpMethod.Post, "/", Crm)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(site, HttpMethod.Put, "/other", Crm)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync(site, HttpMethod.Put, "/crm", Crm.Replace("\"crm\"", "\"other\""))).Status);
        Assert.Equal("""{"ok":true}""", (await SendAsync(site, HttpMethod.Delete, "/crm", null)).Body.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(site, HttpMethod.Delete, "/crm", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(site, HttpMethod.Get, "/crm", null)).Status);
        using var letters = await site.Host.Client.GetAsync("/api/v1/webhooks/crm/dead-letters");
        Assert.Equal(HttpStatusCode.NotFound, letters.StatusCode);
        using var anonymous = await site.Host.Anonymous.GetAsync("/api/v1/registry/webhooks/");
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Theory]
    [InlineData("""{"url":"https://a.example/"}""", "name")]
    [InlineData("""{"name":"a"}""", "url")]
    [InlineData("""{"name":"a","url":"crm.example"}""", "url")]
    [InlineData("""{"name":"a","url":"ftp://a.example/"}""", "url")]
    [InlineData("""{"name":"a","url":"http://a.example/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://user:password@a.example/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://a.example/#x"}""", "url")]
    [InlineData("""{"name":"a","url":"https://127.0.0.1/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://2130706433/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://0x7f.1/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://[::ffff:10.0.0.1]/"}""", "url")]
    [InlineData("""{"name":"a","url":"https://169.254.169.254/metadata"}""", "url")]
    [InlineData("""{"name":"a","url":"https://a.example/","secret":"short"}""", "secret")]
    [InlineData("""{"name":"a","url":"https://a.example/","max_attempts":0}""", "max_attempts")]
    [InlineData("""{"name":"a","url":"https://a.example/","max_attempts":21}""", "max_attempts")]
    [InlineData("""{"name":"a","url":"https://a.example/","interventions":[{"name":"not a name"}]}""", "interventions")]
    [InlineData("""{"name":"a","url":"https://a.example/","target_attribute_keys":[{"name":"shoe_size"}]}""", "target_attribute_keys")]
    public async Task What_is_wrong_with_a_webhook_is_said_with_its_place(string body, string member)
    {
        await using var site = await StartAsync();

        var (status, answer) = await SendAsync(site, HttpMethod.Post, "/", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(answer.GetProperty("detail").EnumerateArray(), error => error.GetProperty("loc")[1].GetString() == member);
    }

    [Theory]
    [InlineData("https://localhost/")]
    [InlineData("https://localhost.localdomain/")]
    public async Task Names_that_resolve_to_private_addresses_are_refused_when_connecting(string url)
    {
        using var client = new WebhookClient(new WebhookOptions(), TimeProvider.System);
        var webhook = new WebhookDefinition { Name = "a", Url = new Uri(url), Secret = "0123456789abcdef" };

        var error = await client.PostAsync(webhook, new WebhookDelivery(1, Ann, "{}"u8.ToArray(), null, 0), default);

        Assert.NotNull(error);
        if (url.Contains("localhost/", StringComparison.Ordinal))
            Assert.Equal("localhost has no address of the public internet", error);
    }

    [Theory]
    [InlineData("http://a.example/", "only https is allowed")]
    [InlineData("https://10.1.2.3/", "10.1.2.3 is not an address of the public internet")]
    public async Task A_webhook_that_was_stored_under_other_settings_is_refused_when_sending(string url, string expected)
    {
        using var client = new WebhookClient(new WebhookOptions(), TimeProvider.System);
        var webhook = new WebhookDefinition { Name = "a", Url = new Uri(url), Secret = "0123456789abcdef" };

        Assert.Equal(expected, await client.PostAsync(webhook, new WebhookDelivery(1, Ann, "{}"u8.ToArray(), null, 0), default));
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("93.184.216.34", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:81b::200e", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.255.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("127.8.9.1", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2001:0:53aa:64c::1", false)]
    [InlineData("2002:7f00:1::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_public_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void Pauses_double_up_to_a_quarter_of_an_hour_give_or_take_a_half()
    {
        var second = TimeSpan.FromSeconds(1);

        Assert.Equal([1, 2, 4, 8], Enumerable.Range(2, 4).Select(attempt => WebhookWorker.PauseBefore(attempt, second, 0.5).TotalSeconds));
        Assert.Equal(900, WebhookWorker.PauseBefore(20, second, 0.5).TotalSeconds);
        Assert.Equal((0.5, 1.5), (WebhookWorker.PauseBefore(2, second, 0).TotalSeconds, WebhookWorker.PauseBefore(2, second, 1).TotalSeconds));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(InterventionSite site, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/registry/webhooks" + path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await site.Host.Client.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
