using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Documents;

/// <summary><c>docs/operate.md</c> names every setting of the runtime on Azure and explains every value of <c>host.json</c>.</summary>
public sealed partial class OperatingOnAzureTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operate.md"));

    [Fact]
    public void Every_setting_is_described()
    {
        var functions = Path.Combine(RepositoryLayout.Root, "functions", "Signals.Functions");
        var read = Setting().Matches(File.ReadAllText(Path.Combine(functions, "Cloud", "CloudSettings.cs")))
            .Concat(CosmosSetting().Matches(File.ReadAllText(Path.Combine(functions, "Hosting", "SettingsReader.cs"))))
            .Select(match => match.Groups["name"].Value)
            .Select(name => name.Replace("{HubConnection}", "EventHubs", StringComparison.Ordinal).Replace(":", "__", StringComparison.Ordinal)).Distinct();

        Assert.Equal(
            read.Order(StringComparer.Ordinal),
            DocumentedSetting().Matches(Document).Select(match => match.Groups["name"].Value.Replace("Signals__", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_value_of_the_host_is_explained()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryLayout.Root, "host.json")));
        var explained = Document[Document.IndexOf("## host.json", StringComparison.Ordinal)..];

        Assert.All(ValuesOf(host.RootElement).Where(name => name != "version"), name => Assert.Contains($"`{name}`", explained, StringComparison.Ordinal));
    }

    private static IEnumerable<string> ValuesOf(JsonElement parent) => parent.EnumerateObject().SelectMany(member => member switch
    {
        { Name: "logLevel" or "initialOffsetOptions" } => [member.Name],
        { Value.ValueKind: JsonValueKind.Object } => ValuesOf(member.Value),
        _ => [member.Name],
    });

    [GeneratedRegex("""(?:(?:hubs|signals)(?:\.\w+\(|, |\[)|const string \w*[kK]ey = \$?)"(?<name>[A-Z{][\w:{}]*)"[,)\];]""")]
    private static partial Regex Setting();

    [GeneratedRegex("""this\["(?<name>Cosmos:\w+)"\]|Switch\("(?<name>Cosmos:\w+)"\)""")]
    private static partial Regex CosmosSetting();

    [GeneratedRegex(@"^\| `(?<name>(?:Signals__|EventHubs__|Hub|Enriched|Aggregated|Resolved|Deferred)\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedSetting();
}
