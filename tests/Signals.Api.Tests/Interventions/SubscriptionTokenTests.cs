using System.Net;
using System.Text;
using System.Text.Json;
using Signals.Api.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class SubscriptionTokenTests
{
    private static readonly string AnnsQuery = $"?domain_userid={Ann.Identifier}&domain_sessionid={AnnsSession.Identifier}";

    [Fact]
    public async Task A_token_opens_exactly_the_identifiers_that_it_was_made_for()
    {
        await using var site = await StartAsync(new SubscriptionOptions { RequireToken = true });
        var token = await IssueAsync(site, AnnsQuery);

        Assert.Equal(HttpStatusCode.OK, await SubscribeAsync(site, $"{AnnsQuery}&token={token}"));
        Assert.Equal(HttpStatusCode.OK, await SubscribeAsync(
            site, $"?token={token}&domain_sessionid={AnnsSession.Identifier.ToUpperInvariant()}&domain_userid={Ann.Identifier}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(site, AnnsQuery));
        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(site, $"?domain_userid={Ann.Identifier}&token={token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(site, $"{AnnsQuery}&domain_userid={Bob.Identifier}&token={token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(
            site, $"?domain_userid={AnnsSession.Identifier}&domain_sessionid={Ann.Identifier}&token={token}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(".")]
    [InlineData("9999999999.")]
    [InlineData("9999999999.AAAA")]
    [InlineData("-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("9999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("9999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Tokens_that_were_not_made_here_are_refused(string token)
    {
        await using var site = await StartAsync(new SubscriptionOptions { RequireToken = true });

        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(site, $"{AnnsQuery}&token={token}"));
    }

    [Fact]
    public async Task A_token_with_another_expiry_is_refused_and_so_is_an_expired_one()
    {
        await using var site = await StartAsync(new SubscriptionOptions { RequireToken = true });
        var token = await IssueAsync(site, AnnsQuery);
        var dot = token.IndexOf('.');
        var later = (long.Parse(token[..dot]) + 1000) + token[dot..];
        var tokens = new SubscriptionTokens(new Hosting.InMemoryAccessStore(), TimeProvider.System);
        var key = new SubscriptionKey("domain_userid", Guid.Parse(Ann.Identifier));
        var expired = await tokens.IssueAsync([key], TimeProvider.System.GetUtcNow().AddSeconds(-1), default);
        var valid = await tokens.IssueAsync([key], TimeProvider.System.GetUtcNow().AddSeconds(60), default);

        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(site, $"{AnnsQuery}&token={later}"));
        Assert.False(await tokens.IsValidAsync(expired, [key], default));
        Assert.True(await tokens.IsValidAsync(valid, [key], default));
    }

    [Fact]
    public async Task A_token_is_made_for_as_long_as_asked_for()
    {
        await using var site = await StartAsync();
        using var answer = await site.Host.Client.PostAsync(
            "/api/v1/interventions/subscription-token" + AnnsQuery, new StringContent("""{"expires_in":120}""", Encoding.UTF8, "application/json"));
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.InRange(body.GetProperty("expires_at").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(121));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        using var refused = await site.Host.Client.PostAsync(
            "/api/v1/interventions/subscription-token" + AnnsQuery, new StringContent("""{"expires_in":59}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var anonymous = await site.Host.Anonymous.PostAsync("/api/v1/interventions/subscription-token" + AnnsQuery, null);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    private static async Task<string> IssueAsync(InterventionSite site, string query)
    {
        using var answer = await site.Host.Client.PostAsync("/api/v1/interventions/subscription-token" + query, null);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString()!;
    }

    private static async Task<HttpStatusCode> SubscribeAsync(InterventionSite site, string query)
    {
        using var answer = await site.Host.Anonymous.GetAsync("/api/v1/interventions" + query, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }
}
