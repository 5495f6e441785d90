using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Documents;

/// <summary><c>docs/operate-local.md</c> names every metric and every setting that there is, and no others.</summary>
public sealed partial class OperatingTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operate-local.md"));

    private static readonly string[] Sources = [.. Directory
        .EnumerateFiles(Path.Combine(RepositoryLayout.Root, "functions"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(File.ReadAllText)];

    [Fact]
    public void Every_metric_is_described() =>
        Assert.Equal(Sources.SelectMany(source => Instrument().Matches(source)).Select(NameOf).Order(), DocumentedMetric().Matches(Document).Select(NameOf).Order());

    [Fact]
    public void Every_setting_is_described()
    {
        var readers = Sources.Where(source => SettingsOfTheLocalRuntime().IsMatch(source)).ToList();
        Assert.Equal(2, readers.Count);
        var known = readers.SelectMany(source => Setting().Matches(source)).Select(NameOf).Distinct();

        Assert.Equal(known.Order(), DocumentedSetting().Matches(Document).Select(match => NameOf(match).Replace("__", ":")).Distinct().Order());
    }

    private static string NameOf(Match match) => match.Groups["name"].Value;

    [GeneratedRegex(@"\.Create(Counter|Histogram|UpDownCounter|ObservableGauge)(<\w+>)?\(\s*""(?<name>[\w.]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^\| `(?<name>signals\.[\w.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedMetric();

    [GeneratedRegex("record LocalSettings|class SettingsReader")]
    private static partial Regex SettingsOfTheLocalRuntime();

    [GeneratedRegex(@"(\[|(Switch|Number|List|Required)\()""(?<name>[A-Z][\w:]*)""")]
    private static partial Regex Setting();

    [GeneratedRegex(@"`Signals__(?<name>\w+)`")]
    private static partial Regex DocumentedSetting();
}
