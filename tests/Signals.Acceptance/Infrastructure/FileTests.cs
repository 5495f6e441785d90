using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;
using Signals.Acceptance.Structure;

namespace Signals.Acceptance.Infrastructure;

/// <summary>The files that deploy the product can be read, and hold no secret.</summary>
public sealed partial class FileTests
{
    private static readonly string[] Files =
    [
        .. Directory.EnumerateFiles(BicepFile.Folder, "*", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Combine(RepositoryLayout.Root, ".github", "workflows")),
        .. Directory.EnumerateFiles(Path.Combine(RepositoryLayout.Root, "docs"), "*.md"),
        Path.Combine(RepositoryLayout.Root, "azure.yaml"), Path.Combine(RepositoryLayout.Root, "host.json"),
    ];

    [Fact]
    public void Json_is_json()
    {
        foreach (var file in Files.Where(file => file.EndsWith(".json", StringComparison.Ordinal)))
            JsonDocument.Parse(File.ReadAllText(file)).Dispose();
    }

    /// <summary>Not a parser: these files keep to the plain part of YAML, in which most slips show as a line that is neither.</summary>
    [Fact]
    public void Yaml_has_only_members_items_and_their_texts() => Violations.None(
        from file in Files
        where file.EndsWith(".yml", StringComparison.Ordinal) || file.EndsWith(".yaml", StringComparison.Ordinal)
        from line in OutsideTexts(File.ReadAllLines(file))
        where !PlainYaml().IsMatch(line)
        select $"{Path.GetFileName(file)}: {line}");

    [Fact]
    public void There_is_no_secret() => Violations.None(
        from file in Files
        from Match match in SecretLike().Matches(File.ReadAllText(file))
        where !match.Value.Contains("SAS_KEY_VALUE", StringComparison.Ordinal) // The emulator's, the same for everybody.
        select $"{Path.GetFileName(file)}: {match.Value}");

    /// <summary>Lines that are not part of a text in several lines (<c>run: |</c>).</summary>
    private static IEnumerable<string> OutsideTexts(IEnumerable<string> lines)
    {
        var text = -1;
        foreach (var line in lines.Where(line => line.Trim().Length > 0))
        {
            var depth = line.Length - line.TrimStart().Length;
            if (text >= 0 && depth > text)
                continue;
            text = line.EndsWith('|') ? depth : -1;
            yield return line;
        }
    }

    [GeneratedRegex(@"^( {2})*(- )?(#.*|[\w.-]+:( .+)?|\S.*)$(?<!\t)")]
    private static partial Regex PlainYaml();

    [GeneratedRegex(@"(AccountKey|SharedAccessKey|[Pp]assword|[Cc]lient[Ss]ecret)=[^\s'""]+|\b[A-Za-z0-9+/]{60,}={0,2}|\bsig=[A-Za-z0-9%]{20,}|-----BEGIN")]
    private static partial Regex SecretLike();
}
