using System.Text.Json.Nodes;

namespace Signals.CosmosEmulator.Store;

/// <summary>Provisioned throughput in request units per second: fixed, or autoscale up to a maximum.</summary>
internal sealed record Throughput(int UnitsPerSecond, bool Autoscale)
{
    public JsonObject ToJson() => Autoscale
        ? new JsonObject
        {
            ["offerThroughput"] = Math.Max(UnitsPerSecond / 10, 100),
            ["offerAutopilotSettings"] = new JsonObject { ["maxThroughput"] = UnitsPerSecond },
        }
        : new JsonObject { ["offerThroughput"] = UnitsPerSecond };

    /// <summary>The throughput in the content of an offer; null if it has none.</summary>
    public static Throughput? FromJson(JsonNode? content)
    {
        if (content?["offerAutopilotSettings"]?["maxThroughput"] is { } maximum) return new Throughput(maximum.GetValue<int>(), true);
        return content?["offerThroughput"] is { } units ? new Throughput(units.GetValue<int>(), false) : null;
    }
}

/// <summary>The throughput of a container as the resource by which clients read and change it.</summary>
internal sealed class Offer(Container container, Throughput throughput)
{
    public string Id { get; } = $"o{container.Number.Database:x}{container.Number.Container:x}";
    public Throughput Throughput { get; set; } = throughput;
    public string TargetResourceId => container.ResourceId;

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["_rid"] = Id,
        ["_self"] = $"offers/{Id}/",
        ["_etag"] = container.ETag,
        ["_ts"] = container.Account.Now(),
        ["offerVersion"] = "V2",
        ["offerType"] = "Invalid",
        ["resource"] = container.SelfLink,
        ["offerResourceId"] = container.ResourceId,
        ["content"] = Throughput.ToJson(),
    };
}
