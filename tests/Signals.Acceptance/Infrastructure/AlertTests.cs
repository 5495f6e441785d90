using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Infrastructure;

/// <summary>Alerts look at what the product says, and <c>docs/operate.md</c> says what to do about each.</summary>
public sealed partial class AlertTests
{
    private static readonly string Alerts = BicepFile.ModuleNamed("alerts.bicep").Text;
    private static readonly string Operate = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operate.md"));

    private static readonly string Sources = string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(RepositoryLayout.Root, "functions"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(File.ReadAllText));

    [Fact]
    public void Every_alert_is_explained() => Assert.Equal(
        Alert().Matches(Alerts).Select(match => match.Groups["name"].Value).Order(), Heading().Matches(Operate).Select(match => match.Groups["name"].Value).Order());

    [Fact]
    public void Alerts_and_documents_name_metrics_that_there_are()
    {
        var named = Metric().Matches(Alerts + Operate).Select(match => match.Value).ToHashSet();
        var existing = Instrument().Matches(Sources).Select(match => match.Groups["name"].Value).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Subset(existing, named);
    }

    [Fact]
    public void Alerts_on_the_log_look_for_words_that_are_written()
    {
        var words = Words().Matches(Alerts).Select(match => match.Groups["text"].Value).ToList();

        Assert.NotEmpty(words);
        Assert.All(words, text => Assert.Contains(text, Sources.Replace("{Sequence}", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^    name: '(?<name>[\w-]+)'$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^### `(?<name>[\w-]+)`$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\bsignals\.[a-z_]+\.[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\.Create(Counter|Histogram|UpDownCounter|ObservableGauge)(<\w+>)?\(\s*""(?<name>[\w.]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"Message has ""(?<text>[^""]+)""")]
    private static partial Regex Words();
}
