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

            var replay = await LocalRuntime.RunVerbAsync(["replay", file, "--to", runtime.Address]);
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

    private static async Task<string> GenerateAsync(int seed)
    {
        var result = await LocalRuntime.RunVerbAsync(
            ["generate", "--events", $"{Lines}", "--users", "400", "--seed", $"{seed}", "--malformed", "0.01"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output;
    }
}
