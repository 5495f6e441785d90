using System.Text.Json;
using Signals.Storage.Cosmos;

namespace Signals.Acceptance.Infrastructure;

/// <summary>The template makes the containers that the code needs, as it needs them.</summary>
public sealed class ContainerTests
{
    private static readonly Container[] Described = JsonSerializer.Deserialize<Container[]>(
        File.ReadAllText(Path.Combine(BicepFile.Folder, "cosmos-containers.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void Containers_are_those_of_the_code() => Assert.Equal(
        CosmosContainers.All.Select(container => Text(container.Name, container.DefaultTimeToLive, container.IndexedPaths)).Order(),
        Described.Select(container => Text(container.Name, container.DefaultTtl, container.IndexedPaths)).Order());

    [Fact]
    public void The_partition_key_is_that_of_the_code() => Assert.Contains(
        $"partitionKey: {{ paths: ['{CosmosContainerDescription.PartitionKeyPath}'], kind: 'Hash', version: 2 }}", BicepFile.ModuleNamed("cosmos.bicep").Text, StringComparison.Ordinal);

    [Fact]
    public void Every_container_has_throughput_of_a_kind_that_there_is() =>
        Assert.All(Described, container => Assert.Contains(container.Throughput, new[] { "profiles", "identities", "shared" }));

    private static string Text(string name, int? defaultTtl, IEnumerable<string> indexedPaths) => $"{name}, ttl {defaultTtl}, index {string.Join(' ', indexedPaths.Order())}";

    private sealed record Container(string Name, int? DefaultTtl, string[] IndexedPaths, string Throughput);
}
