using System.Text;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.GeneratedData;

/// <summary>Events of the sample shop, with late, repeated and malformed ones among them, against a naive reader.</summary>
public sealed class GeneratedShopTests
{
    private const int Lines = 20_000;

    [Fact]
    [Trait("Row", "94")]
    [Trait("Row", "95")]
    [Trait("Row", "96")]
    [Trait("Row", "110")]
    [Trait("Row", "111")]
    public async Task Replayed_visits_give_every_visitor_the_values_of_a_naive_reader()
    {
        var folder = Directory.CreateTempSubdirectory("signals-generated-").FullName;
        await using var runtime = await LocalRuntime.StartAsync();
        try
        {
            var file = Path.Combine(folder, "shop.tsv");
            await File.WriteAllTextAsync(file, await GenerateAsync(seed: 7));
            var expected = new NaiveShopReader();
            foreach (var line in await File.ReadAllLinesAsync(file))
                expected.Add(line);
            Assert.Equal(Lines, expected.Events + expected.Repeats + expected.BadLines);
            Assert.True(expected is { Repeats: > 0, BadLines: > 0 }, "The sample has no repeated or no malformed lines.");
            await runtime.Client.PutGroupAsync(ShopAttributes.Definition());

            var replay = await LocalRuntime.RunVerbAsync(["replay", file, "--target", runtime.Address]);
            Assert.True(replay.ExitCode == 0, $"{replay.Output}\n{replay.Errors}\n{runtime.Output}");
            await runtime.Client.AwaitProcessedAsync();

            Assert.Equal("", await ShopAttributes.DifferencesAsync(runtime.Client, expected));
            Assert.Equal(expected.BadLines, (await runtime.Client.GetAsync("/api/v1/bad-rows?limit=1"))["total"]!.GetValue<int>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Killing_the_process_again_and_again_changes_no_value()
    {
        const int kills = 8;
        var lines = (await GenerateAsync(seed: 11)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var expected = new NaiveShopReader();
        foreach (var line in lines)
            expected.Add(line);
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.PutGroupAsync(ShopAttributes.Definition());

        // The sender repeats what was not answered, as a tracker does; the killer does not care what the process is doing.
        var sending = SendAllAsync(runtime, lines);
        var random = new Random(11);
        for (var kill = 0; kill < kills && !sending.IsCompleted; kill++)
        {
            await Task.WhenAny(sending, Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 400))));
            await runtime.CrashAndRestartAsync();
        }
        await sending;
        await runtime.Client.AwaitProcessedAsync();

        Assert.Equal("", await ShopAttributes.DifferencesAsync(runtime.Client, expected));
    }

    private static async Task SendAllAsync(LocalRuntime runtime, string[] lines)
    {
        foreach (var chunk in lines.Chunk(200))
        {
            var body = string.Join('\n', chunk);
            await Eventually.ReadAsync(() => TrySendAsync(runtime, body), sent => sent, "the process to take events again", TimeSpan.FromMinutes(2));
        }
    }

    private static async Task<bool> TrySendAsync(LocalRuntime runtime, string body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/enriched")
            {
                Content = new StringContent(body, Encoding.UTF8, "text/tab-separated-values"),
            };
            request.Headers.Authorization = new("Bearer", LocalRuntime.Token);
            return (await runtime.Client.SendAsync(request)).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false; // it was killed before it answered
        }
    }

    private static async Task<string> GenerateAsync(int seed)
    {
        var result = await LocalRuntime.RunVerbAsync(
            ["generate", "--events", $"{Lines}", "--users", "400", "--seed", $"{seed}", "--malformed", "0.01"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output;
    }
}
