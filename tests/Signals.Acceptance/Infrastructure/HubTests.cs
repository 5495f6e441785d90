using System.Text.Json;

namespace Signals.Acceptance.Infrastructure;

/// <summary>Hubs and consumer groups have the same names wherever they are named.</summary>
public sealed class HubTests
{
    private static readonly Hub[] Hubs = JsonSerializer.Deserialize<Hub[]>(
        File.ReadAllText(Path.Combine(BicepFile.Folder, "event-hubs.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void The_emulator_has_the_hubs_of_the_template()
    {
        using var emulator = JsonDocument.Parse(File.ReadAllText(Path.Combine(BicepFile.Folder, "emulators", "event-hubs.json")));
        var entities = emulator.RootElement.GetProperty("UserConfig").GetProperty("NamespaceConfig")[0].GetProperty("Entities").EnumerateArray();
        var emulated = entities.Select(entity => Text(
            entity.GetProperty("Name").GetString()!, entity.GetProperty("ConsumerGroups").EnumerateArray().Select(group => group.GetProperty("Name").GetString()!)));

        Assert.Equal(Hubs.Select(hub => Text(hub.Name, hub.ConsumerGroups)).Order(), emulated.Order());
    }

    [Fact]
    public void The_application_reads_hubs_and_consumer_groups_that_there_are()
    {
        var app = BicepFile.ModuleNamed("functionapp.bicep").Text;

        Assert.Contains("EnrichedHub: 'enriched'", app, StringComparison.Ordinal);
        Assert.Contains("AggregatedHub: identities ? 'resolved' : 'enriched'", app, StringComparison.Ordinal);
        Assert.Contains("AggregatedConsumerGroup: 'signals'", app, StringComparison.Ordinal);
        Assert.Subset(Hubs.Select(hub => hub.Name).ToHashSet(), new HashSet<string> { "enriched", "resolved" });
        Assert.All(Hubs, hub => Assert.Contains("signals", hub.ConsumerGroups));
    }

    [Fact]
    public void Only_the_enriched_hub_takes_events_from_outside() =>
        Assert.Equal(["enriched"], Hubs.Where(hub => hub.TakesEventsFromOutside).Select(hub => hub.Name));

    private static string Text(string name, IEnumerable<string> consumerGroups) => $"{name}: {string.Join(' ', consumerGroups.Order())}";

    private sealed record Hub(string Name, string[] ConsumerGroups, bool TakesEventsFromOutside);
}
