using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Signals.Acceptance.Harness;
using Signals.Functions.Cloud;

namespace Signals.Acceptance.Infrastructure;

/// <summary>The settings that the template gives the application are those that it reads.</summary>
public sealed partial class SettingTests
{
    /// <summary>Settings that the platform reads, not the application.</summary>
    private static readonly string[] OfThePlatform =
    [
        "AZURE_CLIENT_ID", "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "AzureWebJobsDisableHomepage",
        "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__tableServiceUri",
        "EventHubs__credential", "EventHubs__clientId",
    ];

    private static readonly Dictionary<string, string> Example = new()
    {
        ["EventHubs__fullyQualifiedNamespace"] = "signals.servicebus.windows.net",
        ["EnrichedHub"] = "enriched",
        ["EnrichedHubPartitions"] = "8",
        ["AggregatedHub"] = "enriched",
        ["AggregatedConsumerGroup"] = "signals",
        ["ResolvedHub"] = "resolved",
        ["DeferredHub"] = "deferred",
        ["HubEpoch"] = "0",
        ["Signals__Cosmos__Endpoint"] = "https://signals.documents.azure.com:443/",
        ["Signals__Cosmos__Database"] = "signals",
        ["Signals__Entra__TenantId"] = "5a8b1f0e-2f6c-4c1e-9a3e-0d6a1c9f2b11",
        ["Signals__Entra__Audience"] = "api://signals",
    };

    private static readonly string[] Given = [.. Setting().Matches(Section(BicepFile.ModuleNamed("functionapp.bicep").Text, "var settings", "\n)"))
        .Select(match => match.Groups["name"].Value).Distinct()];

    [Fact]
    public void The_application_starts_with_the_settings_of_the_template()
    {
        var read = ReadBy(configuration => CloudSettings.From(configuration));

        Assert.Equal(Given.Except(OfThePlatform).Order(), Example.Keys.Order());
        Assert.Equal("", string.Join('\n', Example.Keys.Except(read)));
    }

    [Fact]
    public void What_the_template_leaves_out_is_described_as_optional()
    {
        var operate = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operate.md"));
        var local = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "operate-local.md"));
        var described = Described().Matches(operate + local).Where(match => match.Groups["default"].Value.Trim() != "required").Select(match => match.Groups["name"].Value);

        Assert.Equal("", string.Join('\n', ReadBy(configuration => CloudSettings.From(configuration)).Except(Given).Except(described)));
    }

    [Fact]
    public void None_is_a_secret() => Assert.DoesNotContain(
        Given.Except(["APPLICATIONINSIGHTS_CONNECTION_STRING"]), name => Secret().IsMatch(name));

    /// <summary>The settings that something asks for, under the names that they have as environment variables.</summary>
    private static HashSet<string> ReadBy(Action<IConfiguration> read)
    {
        var recorder = new Recorder(Example.ToDictionary(setting => setting.Key.Replace("__", ":"), setting => setting.Value));
        read(new ConfigurationRoot([recorder]));
        return [.. recorder.Asked.Select(key => key.Replace(":", "__"))];
    }

    private static string Section(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no '{from}'.");
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex(@"^ +(?<name>[A-Z]\w+): ", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\| `(?<name>Signals__\w+)` \|(?<default>[^|]*)\|")]
    private static partial Regex Described();

    [GeneratedRegex("Key|Secret|Password|Token|ConnectionString|CONNECTION_STRING", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    private sealed class Recorder(Dictionary<string, string> values) : IConfigurationProvider
    {
        public HashSet<string> Asked { get; } = [];

        public bool TryGet(string key, out string? value)
        {
            Asked.Add(key);
            return values.TryGetValue(key, out value);
        }

        public void Set(string key, string? value) => throw new NotSupportedException();

        public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

        public void Load()
        {
            // The values are there from the start.
        }

        public IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => earlierKeys;
    }
}
