using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Documents;

/// <summary>The README's commands, run as they stand, with the outputs that it shows.</summary>
public sealed partial class ReadmeTests
{
    private const string DocumentedAddress = "http://127.0.0.1:7071";
    private const string DocumentedCommand = "dotnet run --project functions/Signals.Functions -- ";

    private static readonly string Readme = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "README.md"));

    [ShellFact]
    public async Task The_five_minutes_run_as_they_stand()
    {
        var blocks = Blocks(Section("Five minutes")).ToArray();
        Assert.True(blocks.Count(block => block.Language == "bash") >= 6, "The tutorial has lost its commands.");
        await using var runtime = await LocalRuntime.StartAsync();
        var folder = Directory.CreateTempSubdirectory("signals-readme-").FullName;
        try
        {
            for (var i = 0; i < blocks.Length; i++)
            {
                if (blocks[i].Language == "bash")
                    await RunAsync(blocks[i].Text, i + 1 < blocks.Length ? blocks[i + 1] : null, runtime, folder);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_two_commands_are_those_of_the_repository()
    {
        var commands = Blocks(Section("The two commands")).Select(block => block.Text.Trim());

        Assert.Equal(["dotnet run --project functions/Signals.Functions", "dotnet test Signals.Functions.sln"], commands);
        Assert.Contains("dotnet test Signals.Functions.sln", File.ReadAllText(Path.Combine(RepositoryLayout.Root, ".ci", "run")));
    }

    [Fact]
    public async Task Paths_are_relative_to_the_folder_where_the_command_is_given()
    {
        var folder = Directory.CreateTempSubdirectory("signals-readme-").FullName;
        try
        {
            var project = Path.Combine(RepositoryLayout.Root, "functions", "Signals.Functions");
            string[] generate = ["generate", "--events", "10", "--users", "2", "--out", "shop.tsv"];
            var run = await ChildProcess.RunAsync("dotnet", ["run", "--no-build", "-c", RepositoryLayout.Configuration, "--project", project, "--", .. generate], folder);

            Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Errors}");
            Assert.Equal(10, File.ReadLines(Path.Combine(folder, "shop.tsv")).Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var documents = Directory.EnumerateFiles(Path.Combine(RepositoryLayout.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(RepositoryLayout.Root, "README.md"));
        var broken =
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = link.Groups["target"].Value
            where !target.Contains("://") && !target.StartsWith('#')
            let path = Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])
            where !Path.Exists(path)
            select $"{Path.GetFileName(document)}: {target}";

        Assert.Equal("", string.Join('\n', broken));
    }

    private static async Task RunAsync(string documented, Block? shown, LocalRuntime runtime, string folder)
    {
        var command = documented
            .Replace(DocumentedCommand, $"dotnet '{RepositoryLayout.Application}' ")
            .Replace(DocumentedAddress, runtime.Address);
        async Task<string> OutputAsync()
        {
            var result = await ChildProcess.RunAsync("bash", ["-euo", "pipefail", "-c", command], folder);
            Assert.True(result.ExitCode == 0, $"{documented}\nended with {result.ExitCode}:\n{result.Output}\n{result.Errors}\n{runtime.Output}");
            return result.Output + result.Errors;
        }

        if (shown is not { Language: "json" or "text" })
            await OutputAsync();
        else // Events take a moment to arrive; a reader of the README would ask again, too.
            await Eventually.ReadAsync(OutputAsync, output => shown.IsShownBy(output), $"the output of\n{documented}\nto be\n{shown.Text}");
    }

    private static string Section(string title)
    {
        var start = Readme.IndexOf($"\n## {title}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The README has no section '{title}'.");
        var end = Readme.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return Readme[start..(end < 0 ? Readme.Length : end)];
    }

    private static IEnumerable<Block> Blocks(string section) =>
        Fence().Matches(section).Select(match => new Block(match.Groups["language"].Value, match.Groups["text"].Value));

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    /// <summary>A fenced block. What it shows may leave out members and lines of the real output, and blanks do not count.</summary>
    private sealed record Block(string Language, string Text)
    {
        public bool IsShownBy(string output) => Language == "json"
            ? Holds(JsonNode.Parse(Text), TryParse(output))
            : Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).All(line => Plain(output).Contains(Plain(line)));

        private static bool Holds(JsonNode? shown, JsonNode? actual) => shown is JsonObject members
            ? actual is JsonObject found && members.All(member => found.ContainsKey(member.Key) && Holds(member.Value, found[member.Key]))
            : JsonNode.DeepEquals(shown, actual);

        private static JsonNode? TryParse(string output)
        {
            try
            {
                return JsonNode.Parse(output);
            }
            catch (System.Text.Json.JsonException)
            {
                return null;
            }
        }

        private static string Plain(string text) => Blanks().Replace(text, " ").Trim();
    }
}
