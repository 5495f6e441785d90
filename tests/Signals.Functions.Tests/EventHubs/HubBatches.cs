using System.Text;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Tests.EventHubs;

/// <summary>What the platform says about a batch, in the form in which it comes to a function.</summary>
public static class HubBatches
{
    public static Dictionary<string, object?> Metadata(int count, string partition = "3", long first = 100) => new(StringComparer.Ordinal)
    {
        ["PartitionContext"] = $$"""{"FullyQualifiedNamespace":"ns.servicebus.windows.net","EventHubName":"enriched","ConsumerGroup":"signals","PartitionId":"{{partition}}"}""",
        ["SequenceNumberArray"] = JsonSerializer.Serialize(Enumerable.Range(0, count).Select(i => first + i)),
        ["OffsetArray"] = JsonSerializer.Serialize(Enumerable.Range(0, count).Select(i => $"{i * 1000}")),
        ["PartitionKeyArray"] = JsonSerializer.Serialize(new string?[count]),
        ["PropertiesArray"] = JsonSerializer.Serialize(Enumerable.Range(0, count).Select(_ => new Dictionary<string, string>())),
        ["EnqueuedTimeUtcArray"] = JsonSerializer.Serialize(Enumerable.Repeat(DateTime.UnixEpoch, count)),
    };

    /// <summary>The records of events that a hub holds.</summary>
    public static IReadOnlyList<LogRecord> Read(IReadOnlyList<FakeEventHubs.Event> events, int partition)
    {
        var data = Metadata(events.Count, $"{partition}");
        data["PropertiesArray"] = JsonSerializer.Serialize(events.Select(e => e.Properties));
        return HubBatch.ToRecords(data, [.. events.Select(e => Encoding.UTF8.GetBytes(e.Body))], number => LogPartitions.Enriched(number));
    }
}
