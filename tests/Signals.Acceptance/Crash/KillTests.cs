using System.Text;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using Signals.Functions.Local.SampleData;
using Xunit.Abstractions;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Crash;

/// <summary>Exactly once (design: "a crash anywhere repeats work, never counts"), with the real process and SIGKILL.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Events = 12_600;
    private const int Users = 400;
    private const int LinesPerRequest = 60;
    private const int ReadSize = 100;
    private const string Group = "crash";

    private static readonly string[] Keys = ["domain_userid", "domain_sessionid", "user_id"];

    [Fact]
    public async Task Killing_the_process_again_and_again_changes_no_value()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"Seed {seed}");
        var requests = Requests(seed, out var identifiers);

        var undisturbed = await RunAsync(requests, identifiers, new Random(seed), kills: 0);
        var disturbed = await RunAsync(requests, identifiers, new Random(seed), Kills);

        Assert.NotEmpty(undisturbed);
        var differences = undisturbed.Keys.Union(disturbed.Keys)
            .Where(name => undisturbed.GetValueOrDefault(name) != disturbed.GetValueOrDefault(name))
            .Select(name => $"{name}: {undisturbed.GetValueOrDefault(name)} undisturbed, {disturbed.GetValueOrDefault(name)} with kills")
            .ToList();
        Assert.True(differences.Count == 0, $"Seed {seed}: {differences.Count} of {undisturbed.Count} values differ.\n{string.Join('\n', differences.Take(20))}");
    }

    private static async Task<Dictionary<string, string>> RunAsync(
        IReadOnlyList<string> requests, ILookup<string, string> identifiers, Random random, int kills)
    {
        await using var runtime = await LocalRuntime.StartAsync();
        foreach (var key in Keys)
            await runtime.Client.PutGroupAsync(Group(key));
        for (var (i, left) = (0, kills + 1); left > 0; left--)
        {
            var part = requests.Skip(i).Take((requests.Count - i) / left).ToList();
            await SendAsync(runtime, part, killAfter: left > 1 ? random.Next(part.Count) : null, random);
            i += part.Count;
        }
        await AwaitDrainedAsync(runtime);
        return await ReadAllAsync(runtime, identifiers);

        static JsonObject Group(string key) => Definitions.Group($"{KillTests.Group}_{key}", 1, key, Attributes());
    }

    /// <summary>
    /// Sends requests one after the other. Once so many are answered the process is killed, at a moment of its own while the next
    /// ones are on their way; what was not answered is sent again after the restart.
    /// </summary>
    private static async Task SendAsync(LocalRuntime runtime, IReadOnlyList<string> requests, int? killAfter, Random random)
    {
        var restart = Task.CompletedTask;
        for (var answered = 0; answered < requests.Count;)
        {
            if (answered == killAfter)
            {
                killAfter = null;
                var moment = TimeSpan.FromMilliseconds(random.Next(60));
                restart = Task.Run(async () =>
                {
                    await Task.Delay(moment);
                    await runtime.CrashAndRestartAsync();
                });
            }
            if (await runtime.TryUploadAsync(requests[answered]))
                answered++;
            else
                await restart;
        }
        await restart;
    }

    private static Task AwaitDrainedAsync(LocalRuntime runtime) => Eventually.ReadAsync(
        async () => await runtime.Client.GetAsync("/health/ready"),
        ready => ready["waiting"]!.AsArray().All(partition => partition!.GetValue<long>() == 0),
        "nothing waiting in the log");

    private static async Task<Dictionary<string, string>> ReadAllAsync(LocalRuntime runtime, ILookup<string, string> identifiers)
    {
        var values = new Dictionary<string, string>();
        var names = Attributes().Select(attribute => $"{attribute["name"]}").ToArray();
        foreach (var key in Keys)
        {
            foreach (var some in identifiers[key].Chunk(ReadSize))
            {
                var columns = await runtime.Client.ReadGroupAsync($"{Group}_{key}", 1, key, some, names);
                foreach (var name in names)
                {
                    for (var i = 0; i < some.Length; i++)
                        values.Add($"{key} {some[i]} {name}", columns[name]![i]?.ToJsonString() ?? "null");
                }
            }
        }
        return values;
    }

    private static JsonObject[] Attributes()
    {
        JsonObject Action() => new() { ["vendor"] = Ecommerce, ["name"] = "snowplow_ecommerce_action" };
        JsonObject Type() => EventProperty(Ecommerce, "snowplow_ecommerce_action", "type");
        JsonObject Product(string path) => EntityProperty(Ecommerce, "product", path);
        return
        [
            Attribute("events", "int64", "counter"),
            Attribute("events_of_30_days", "int64", "counter").With("period", "P30D"),
            Attribute("spent", "double", "sum", EntityProperty(Ecommerce, "transaction", "revenue"), All(Criterion(Type(), "=", "transaction")), Action()),
            Attribute("mean_price", "double", "mean", Product("price"), events: Action()),
            Attribute("actions", "dict", "category_count", Type(), events: Action()),
            Attribute("products", "string_list", "unique_list", Product("id"), events: Action()),
            Attribute("first_page", "string", "first", Atomic("page_url")),
            Attribute("last_page", "string", "last", Atomic("page_url")),
            Attribute("most_seen", "string", "most_frequent", Product("category"), events: Action()),
            Attribute("different_pages", "int64", "approx_count_distinct", Atomic("page_urlpath")),
        ];
    }

    private static List<string> Requests(int seed, out ILookup<string, string> identifiers)
    {
        var shop = new SampleShop(new SampleShopOptions
        {
            Events = Events,
            Users = Users,
            Seed = seed,
            Start = DateTimeOffset.UtcNow.AddDays(-1),
            MalformedShare = 0.01,
            DuplicateShare = 0.02,
        });
        var lines = new List<string>();
        while (shop.TryNext(out var line))
            lines.Add(Encoding.UTF8.GetString(line));
        identifiers = lines.Select(line => line.Split('\t')).Where(columns => columns.Length == 131)
            .SelectMany(columns => new[] { (Keys[0], columns[15]), (Keys[1], columns[123]), (Keys[2], columns[12]) })
            .Where(pair => pair.Item2.Length > 0).Distinct()
            .ToLookup(pair => pair.Item1, pair => pair.Item2);
        return [.. lines.Chunk(LinesPerRequest).Select(chunk => string.Concat(chunk.Select(line => line + "\n")))];
    }
}
