using System.IO.Compression;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.CommandLine;

/// <summary>The verbs <c>generate</c> and <c>replay</c> of the built application.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Group = "replayed";

    private readonly string _folder = Directory.CreateTempSubdirectory("signals-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Generated_file_is_replayed_into_a_running_instance()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await PublishAsync(runtime);
        var (file, users) = await GenerateAsync("shop.tsv", events: 6000, malformed: 60);

        var replay = await VerbAsync("replay", file, "--to", runtime.Address);

        AssertReplayed(replay);
        await AssertCountedAsync(runtime, users);
    }

    [Fact]
    public async Task Compressed_file_is_replayed_straight_into_the_data()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await PublishAsync(runtime);
        await runtime.StopAsync();
        var (file, users) = await GenerateAsync("shop.tsv.gz", events: 6000, malformed: 60);

        var replay = await VerbAsync("replay", file, "--data", runtime.DataFolder);

        AssertReplayed(replay);
        await runtime.RestartAsync();
        await AssertCountedAsync(runtime, users);
    }

    [Fact]
    public async Task Replay_into_the_data_of_a_running_instance_leaves_the_work_to_it()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await PublishAsync(runtime);
        var (file, users) = await GenerateAsync("shop.tsv", events: 2000, malformed: 20);

        AssertReplayed(await VerbAsync("replay", file, "--data", runtime.DataFolder));

        await AssertCountedAsync(runtime, users);
    }

    [Fact]
    public async Task Canonical_json_is_told_by_the_name_of_the_file()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await PublishAsync(runtime);
        var file = Path.Combine(_folder, "events.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 3).Select(i => new JsonObject
        {
            ["event_id"] = Guid.NewGuid().ToString(),
            ["collector_tstamp"] = $"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}",
            ["v_collector"] = "c",
            ["v_etl"] = "e",
            ["event"] = "page_view",
            ["event_vendor"] = Snowplow,
            ["event_name"] = "page_view",
            ["event_format"] = "jsonschema",
            ["event_version"] = "1-0-0",
            ["domain_userid"] = "json",
        }.ToJsonString()));

        var replay = await VerbAsync("replay", file, "--to", runtime.Address);

        Assert.True(replay.ExitCode == 0, $"{replay}");
        await runtime.Client.AwaitValueAsync(Group, 1, "domain_userid", "json", "events", "3");
    }

    [Fact]
    public async Task Refused_token_ends_the_replay_with_the_reason()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        var (file, _) = await GenerateAsync("shop.tsv", events: 10, malformed: 0);

        var replay = await VerbAsync("replay", file, "--to", runtime.Address, "--token", "not-the-right-token");

        Assert.Equal(1, replay.ExitCode);
        Assert.Contains("--token", replay.Errors);
    }

    [Theory]
    [InlineData("There is no file", "replay", "no-such-file.tsv")]
    [InlineData("not both", "replay", "-", "--to", "http://127.0.0.1:1", "--data", "x")]
    [InlineData("--to: expected", "replay", "-", "--to", "nowhere")]
    [InlineData("'serv'", "serv")]
    [InlineData("--evnts", "generate", "--evnts", "5", "--users", "1")]
    [InlineData("'--users' is required", "generate", "--events", "5")]
    [InlineData("--start: expected", "generate", "--events", "5", "--users", "1", "--start", "soon")]
    [InlineData("0 to 1", "generate", "--events", "5", "--users", "1", "--late", "2")]
    [InlineData("--allow-remote", "--urls", "http://0.0.0.0:7071")]
    [InlineData("16 to 256", "--sandbox-token", "short")]
    [InlineData("'everything'", "keys", "create", "--org", "o", "--name", "n", "--scope", "everything")]
    public async Task Wrong_command_line_ends_with_the_reason(string reason, params string[] arguments)
    {
        var result = await VerbAsync(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(reason, result.Errors);
    }

    [Fact]
    public async Task Port_in_use_ends_with_the_reason()
    {
        await using var runtime = await LocalRuntime.StartAsync();

        var second = await VerbAsync("--urls", runtime.Address, "--data", Path.Combine(_folder, "data"));

        Assert.Equal(1, second.ExitCode);
        Assert.Contains(runtime.Address, second.Errors);
    }

    private static Task PublishAsync(LocalRuntime runtime) =>
        runtime.Client.PutGroupAsync(Definitions.Group(Group, 1, "domain_userid", Attribute("events", "int64", "counter")));

    private static void AssertReplayed(ProcessResult replay)
    {
        Assert.True(replay.ExitCode == 0, $"{replay}");
        Assert.Contains("bad rows", replay.Output);
        Assert.DoesNotContain(" 0 bad rows", replay.Output);
    }

    /// <summary>Every browser has as many events as the file has different event ids for it.</summary>
    private static async Task AssertCountedAsync(LocalRuntime runtime, Dictionary<string, int> users)
    {
        foreach (var some in users.Keys.Chunk(100))
        {
            await Eventually.ReadAsync(
                async () => (await runtime.Client.ReadGroupAsync(Group, 1, "domain_userid", some, "events"))["events"]!.ToJsonString(),
                read => read == $"[{string.Join(',', some.Select(user => users[user]))}]",
                "the number of events of each browser");
        }
    }

    private async Task<(string File, Dictionary<string, int> Users)> GenerateAsync(string name, int events, int malformed)
    {
        var file = Path.Combine(_folder, name);
        var share = (malformed / (double)events).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var generate = await VerbAsync(
            "generate", "--events", $"{events}", "--users", "150", "--seed", "3", "--duplicates", "0.02", "--malformed", share, "--out", file);
        Assert.True(generate.ExitCode == 0, $"{generate}");

        await using var opened = File.OpenRead(file);
        await using Stream text = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(opened, CompressionMode.Decompress) : opened;
        using var reader = new StreamReader(text);
        var good = (await reader.ReadToEndAsync()).Split('\n').Select(line => line.Split('\t'))
            .Where(columns => columns.Length == 131 && columns[11].Length > 0 && Guid.TryParse(columns[6], out _) && char.IsDigit(columns[3][0]));
        return (file, good.GroupBy(columns => columns[15]).ToDictionary(user => user.Key, user => user.Select(columns => columns[6]).Distinct().Count()));
    }

    private Task<ProcessResult> VerbAsync(params string[] arguments) => LocalRuntime.RunVerbAsync(arguments, _folder);
}
