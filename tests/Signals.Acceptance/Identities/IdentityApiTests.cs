using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Identities;

/// <summary>Configuration, health of identifiers, dry runs and batches of pipelines, on the running product.</summary>
public sealed class IdentityApiTests
{
    private const string Configuration = """
        {
          "identifiers": [
            { "name": "user_id", "property": "user_id", "unique": true, "priority": 100 },
            { "name": "domain_userid", "property": "domain_userid", "priority": 50 },
            { "name": "session", "property": "domain_sessionid", "priority": 10 }
          ]
        }
        """;

    [Fact]
    public async Task A_configuration_in_a_file_is_in_force_from_the_start()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(runtime.DataFolder, "identities.json"), Configuration);
        await File.WriteAllTextAsync(
            Path.Combine(runtime.DataFolder, "local.settings.json"), """{"Values":{"Signals__Identities__ConfigurationFile":"identities.json"}}""");

        await runtime.RestartAsync();
        await runtime.RestartAsync();

        var inForce = await runtime.Client.GetAsync("/api/v1/identities/configuration");
        Assert.Equal((1, "file"), ((int)inForce["version"]!, (string)inForce["author"]!));
        await runtime.Client.SendEventsAsync(Visit("ann", "laptop", "s1"));
        await runtime.Client.AwaitProcessedAsync();
        Assert.NotNull(await runtime.Client.PersonOfAsync("user_id", "ann"));
    }

    [Fact]
    public async Task A_configuration_that_one_process_publishes_is_in_force_in_another()
    {
        await using var one = await LocalRuntime.StartAsync();
        await using var other = await one.StartBesideAsync();

        await one.Client.SendAsync(HttpMethod.Put, "/api/v1/identities/configuration", JsonNode.Parse(Configuration));

        await Eventually.ReadAsync(
            async () => (int)(await other.Client.GetAsync("/api/v1/identities/configuration"))["version"]!, version => version == 1, "version 1 to be in force");
    }

    [Fact]
    public async Task Health_and_dry_run_look_at_the_events_of_the_log()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.SendAsync(HttpMethod.Put, "/api/v1/identities/configuration", JsonNode.Parse(Configuration));
        await runtime.Client.SendEventsAsync([.. Enumerable.Range(0, 12 * 11).Select(i => Visit($"user{i % 12}", $"device{i % 12}", $"session{i}"))]);
        await runtime.Client.AwaitProcessedAsync();

        var health = await runtime.Client.GetAsync("/api/v1/identities/health");
        Assert.Equal((132, true), ((int)health["events"]!, (bool)health["complete"]!));
        Assert.Equal(["ideal", "ideal", "unsuitable"], health["identifiers"]!.AsArray().Select(type => (string)type!["verdict"]!));

        var run = await runtime.Client.PostAsync("/api/v1/identities/configuration/dry_run", JsonNode.Parse("""{"identifiers":[{"name":"session","property":"domain_sessionid","priority":1}]}""")!);
        Assert.Equal((12, 132, 12), ((int)run["active"]!["profiles"]!, (int)run["candidate"]!["profiles"]!, (int)run["splits"]!));
        Assert.Equal(12, (int)(await runtime.Client.GetAsync("/api/v1/identities/statistics"))["active_snowplow_ids"]!);
    }

    [Fact]
    public async Task A_pipeline_and_the_stream_share_one_graph()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.SendAsync(HttpMethod.Put, "/api/v1/identities/configuration", JsonNode.Parse(Configuration));
        await runtime.Client.SendEventsAsync(Visit("ann", "laptop", "s1"));
        await runtime.Client.AwaitProcessedAsync();
        var keys = await LocalRuntime.RunVerbAsync(["keys", "create", "--org", "org", "--name", "pipeline", "--scope", "identities:write", "--data", runtime.DataFolder]);
        var (id, secret) = (Field(keys.Output, "API key id:"), Field(keys.Output, "API key:"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/identities/batch")
        {
            Content = new StringContent("""[{"event_id":"e1","derived_timestamp":null,"identifiers":{"domain_userid":"laptop"}}]""", Encoding.UTF8),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x.snowplow.v1+json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        var answer = await runtime.Client.SendAsync(request);

        Assert.Equal(200, answer.Status);
        Assert.Equal(await runtime.Client.PersonOfAsync("user_id", "ann"), (string)answer.Json[0]!["snowplow_id"]!);
    }

    [Fact]
    public void The_configuration_in_the_documentation_is_valid()
    {
        var document = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "identities.md"));
        var start = document.IndexOf("PUT /api/v1/identities/configuration", StringComparison.Ordinal);
        var example = document[document.IndexOf('{', start)..document.IndexOf("```", start, StringComparison.Ordinal)];

        Assert.True(Engine.Identities.IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(example), out var configuration, out _));
        Assert.Empty(Engine.Identities.IdentityConfigurationJson.WarningsAbout(configuration));
    }

    private static EventLine Visit(string user, string device, string session) =>
        new EventLine().With("user_id", user).With("domain_userid", device).With("domain_sessionid", session);

    private static string Field(string output, string name) =>
        output.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
}
