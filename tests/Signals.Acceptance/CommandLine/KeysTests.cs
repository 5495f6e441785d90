using Signals.Acceptance.Harness;

namespace Signals.Acceptance.CommandLine;

/// <summary>The verb <c>keys</c> of the built application, beside a running instance.</summary>
public sealed class KeysTests
{
    [Fact]
    public async Task Key_is_made_listed_and_revoked()
    {
        await using var runtime = await LocalRuntime.StartAsync();

        var made = await KeysAsync(runtime, "create", "--org", "org-1", "--name", "back office", "--scope", "registry:read", "attributes:read");
        var (id, secret) = (Field(made, "API key id:"), Field(made, "API key:"));
        Assert.Equal(200, (await ExchangeAsync(runtime, id, secret)).Status);
        Assert.Equal(401, (await ExchangeAsync(runtime, id, "not-the-secret")).Status);

        var list = await KeysAsync(runtime, "list");
        Assert.Contains(id, list);
        Assert.Contains("back office", list);
        Assert.Contains("registry:read attributes:read", list);
        Assert.DoesNotContain(secret, list);

        await KeysAsync(runtime, "revoke", id);
        Assert.Equal(401, (await ExchangeAsync(runtime, id, secret)).Status);
    }

    [Fact]
    public async Task Unknown_key_cannot_be_revoked()
    {
        var folder = Directory.CreateTempSubdirectory("signals-keys-");

        var result = await LocalRuntime.RunVerbAsync(["keys", "revoke", "nobody", "--data", folder.FullName]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no key", result.Errors);
        folder.Delete(recursive: true);
    }

    private static async Task<string> KeysAsync(LocalRuntime runtime, params string[] arguments)
    {
        var result = await LocalRuntime.RunVerbAsync(["keys", .. arguments, "--data", runtime.DataFolder]);
        Assert.True(result.ExitCode == 0, $"{result}");
        return result.Output;
    }

    private static string Field(string output, string name) =>
        output.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();

    private static Task<Answer> ExchangeAsync(LocalRuntime runtime, string id, string secret)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/msc/v1/organizations/org-1/credentials/v3/token");
        request.Headers.Add("X-API-Key-Id", id);
        request.Headers.Add("X-API-Key", secret);
        return runtime.Client.SendAsync(request);
    }
}
