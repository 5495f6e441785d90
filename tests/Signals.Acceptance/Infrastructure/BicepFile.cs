using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Infrastructure;

/// <summary>
/// A Bicep file, read as text: enough to hold names against each other where no compiler is at hand. The workflow <c>azure.yml</c> compiles.
/// </summary>
internal sealed partial class BicepFile(string path)
{
    public static string Folder { get; } = Path.Combine(RepositoryLayout.Root, "infra");

    public static BicepFile Main { get; } = new(Path.Combine(Folder, "main.bicep"));

    public static BicepFile[] All { get; } = [Main, .. Files("modules", "*.bicep").Select(file => new BicepFile(file))];

    public static BicepFile[] Parameters { get; } = [.. Files("parameters", "*.bicepparam").Select(file => new BicepFile(file))];

    public string Name => Path.GetFileName(path);

    public string Text { get; } = File.ReadAllText(path);

    /// <summary>Names of its parameters, each with whether it may be left out.</summary>
    public IReadOnlyDictionary<string, bool> Declared => Parameter().Matches(Text)
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["default"].Success);

    /// <summary>What it calls: a file, and the names of the parameters that it gives.</summary>
    public IEnumerable<(BicepFile File, string[] Given)> Modules =>
        from Match match in Module().Matches(Text)
        let file = new BicepFile(Path.Combine(Path.GetDirectoryName(path)!, match.Groups["file"].Value))
        select (file, GivenIn(match.Groups["body"].Value));

    public static BicepFile ModuleNamed(string name) => All.Single(file => file.Name == name);

    private static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Folder, folder), pattern).Order();

    private static string[] GivenIn(string body)
    {
        var given = Given().Match(body);
        return given.Success ? [.. Argument().Matches(given.Groups["list"].Value).Select(match => match.Groups["name"].Value)] : [];
    }

    [GeneratedRegex(@"^param (?<name>\w+)(?: [\w\[\]]+)?(?<default> =)?", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^module \w+ '(?<file>[^']+)' = (?<body>.*?)^[}\]]$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Module();

    [GeneratedRegex(@"params: \{(?<list>.*)\}", RegexOptions.Singleline)]
    private static partial Regex Given();

    [GeneratedRegex(@"(?:^\s*|[{,] )(?<name>[a-z]\w*): ", RegexOptions.Multiline)]
    private static partial Regex Argument();
}
