using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Transport;

/// <summary>Who may do what (spec signals-api 1.5), with keys made on the command line beside the running process.</summary>
public sealed partial class AuthenticationTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Organization = "6d1c3a5e-0d07-4b5c-8f3e-2a9d4c1b7e60";
    private const string Keys = "/api/v1/registry/attribute_keys/";

    [Theory]
    [InlineData("GET", Keys)]
    [InlineData("POST", "/api/v1/registry/services/")]
    [InlineData("DELETE", "/api/v1/registry/attribute_groups/any/versions/1")]
    [InlineData("POST", "/api/v1/get-online-attributes")]
    [InlineData("POST", "/api/v1/push-attributes")]
    [InlineData("POST", "/api/v1/engines/publish")]
    [InlineData("DELETE", "/api/v1/user_id/somebody")]
    [InlineData("GET", "/api/v1/bad-rows")]
    [InlineData("POST", "/enriched")]
    [Trait("Row", "6")]
    [Trait("Row", "8")]
    public async Task Without_a_token_or_with_a_wrong_one_everything_is_refused(string method, string path)
    {
        foreach (var token in new[] { null, "not-the-sandbox-token", "a.b.c" })
        {
            var answer = await Client.SendAsync(new HttpMethod(method), path, method == "POST" ? new JsonObject() : null, token);

            Assert.True(answer.Status == 401, $"{token}: {answer}");
            Assert.NotEqual("", answer.Json["error"]!.GetValue<string>());
        }
    }

    [Fact]
    [Trait("Row", "7")]
    [Trait("Row", "8")]
    [Trait("Row", "9")]
    public async Task A_key_is_exchanged_for_a_token_that_may_do_what_the_key_may()
    {
        var (id, secret) = await CreateKeyAsync("--scope", "registry:read");
        Assert.Equal(401, (await ExchangeAsync(id, "wrong secret")).Status);
        Assert.Equal(401, (await ExchangeAsync(Guid.NewGuid().ToString(), secret)).Status);

        var token = $"{(await ExchangeAsync(id, secret)).Json["accessToken"]}";
        var key = new JsonObject { ["name"] = Unique("key"), ["property"] = Atomic("page_title") };

        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Get, Keys, token: token)).Status);
        Assert.Equal(403, (await Client.SendAsync(HttpMethod.Post, Keys, key, token)).Status);
        Assert.Equal(401, (await Client.SendAsync(HttpMethod.Get, Keys, token: Tampered(token))).Status);
        Assert.InRange(Claim(token, "exp") - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 23 * 3600, 24 * 3600);
    }

    [Fact]
    [Trait("Row", "8")]
    public async Task A_revoked_key_takes_its_tokens_along()
    {
        var (id, secret) = await CreateKeyAsync();
        var token = $"{(await ExchangeAsync(id, secret)).Json["accessToken"]}";
        Assert.Equal(200, (await Client.SendAsync(HttpMethod.Get, Keys, token: token)).Status);

        var revoked = await LocalRuntime.RunVerbAsync(["keys", "revoke", id, "--data", Runtime.DataFolder]);

        Assert.True(revoked.ExitCode == 0, revoked.Errors);
        Assert.Equal(401, (await ExchangeAsync(id, secret)).Status);
        await Eventually.ReadAsync(() => Client.SendAsync(HttpMethod.Get, Keys, token: token), answer => answer.Status == 401, "the token to be refused");
    }

    private async Task<(string Id, string Secret)> CreateKeyAsync(params string[] more)
    {
        var created = await LocalRuntime.RunVerbAsync(
            ["keys", "create", "--org", Organization, "--name", "acceptance", "--data", Runtime.DataFolder, .. more]);
        Assert.True(created.ExitCode == 0, created.Errors);
        return (KeyId().Match(created.Output).Groups[1].Value, Secret().Match(created.Output).Groups[1].Value);
    }

    private async Task<Answer> ExchangeAsync(string id, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/msc/v1/organizations/{Organization}/credentials/v3/token");
        request.Headers.Add("X-API-Key-Id", id);
        request.Headers.Add("X-API-Key", secret);
        return await Client.SendAsync(request);
    }

    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        var payload = JsonNode.Parse(Decode(parts[1]))!;
        payload["exp"] = Claim(token, "exp") + 3600;
        var encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(payload.ToJsonString())).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return $"{parts[0]}.{encoded}.{parts[2]}";
    }

    private static long Claim(string token, string name) => JsonNode.Parse(Decode(token.Split('.')[1]))![name]!.GetValue<long>();

    private static byte[] Decode(string part)
    {
        var text = part.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    [GeneratedRegex(@"API key id:\s+(\S+)")]
    private static partial Regex KeyId();

    [GeneratedRegex(@"API key:\s+(\S+)")]
    private static partial Regex Secret();
}
