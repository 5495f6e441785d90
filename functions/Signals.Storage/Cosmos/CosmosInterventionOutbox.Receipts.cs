using System.Text.Json;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>What hubs say of themselves and of what they delivered: small documents beside the log, in partitions of their own.</summary>
public sealed partial class CosmosInterventionOutbox
{
    private const string Hubs = "hubs";

    /// <summary>The document of a hub may stay this long after its time; its own time decides.</summary>
    private static readonly TimeSpan HubGrace = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken) =>
        await Task.WhenAll(receipts.Select(receipt =>
        {
            var partition = ReceiptsOf(receipt.InterventionId);
            var id = TargetHash.Of(receipt.Hub, TargetHash.Of(receipt.Target));
            return _container.UpsertAsync(partition, CosmosItem.Write(id, partition, (receipt, _timeToLive), WriteReceipt), cancellationToken);
        }));

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken)
    {
        var documents = await _container.ReadAllAsync(query: null, ReceiptsOf(interventionId), cancellationToken);
        return [.. documents.Select(document => new DeliveryReceipt(
            interventionId,
            new InterventionTarget(document.GetProperty("key").GetString()!, document.GetProperty("identifier").GetString()!),
            document.GetProperty("hub").GetString()!,
            document.GetProperty("delivered").GetBoolean()))];
    }

    /// <inheritdoc />
    public async ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var id = TargetHash.Of(Hubs, hub);
        var remaining = until - _time.GetUtcNow();
        if (remaining <= TimeSpan.Zero)
        {
            await _container.DeleteAsync(id, Hubs, etag: null, cancellationToken);
            return;
        }
        var timeToLive = (int)(remaining + HubGrace).TotalSeconds;
        await _container.UpsertAsync(Hubs, CosmosItem.Write(id, Hubs, (hub, until, timeToLive), WriteHub), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var documents = await _container.ReadAllAsync(query: null, Hubs, cancellationToken);
        return [.. documents
            .Where(document => document.GetProperty("until").GetInt64() > now)
            .Select(document => document.GetProperty("hub").GetString()!)
            .Order(StringComparer.Ordinal)];
    }

    private static string ReceiptsOf(Guid interventionId) => $"receipts:{interventionId:N}";

    private static void WriteReceipt(Utf8JsonWriter json, (DeliveryReceipt Receipt, int TimeToLive) content)
    {
        json.WriteNumber("ttl", content.TimeToLive);
        json.WriteString("hub", content.Receipt.Hub);
        json.WriteString("key", content.Receipt.Target.AttributeKey);
        json.WriteString("identifier", content.Receipt.Target.Identifier);
        json.WriteBoolean("delivered", content.Receipt.Delivered);
    }

    private static void WriteHub(Utf8JsonWriter json, (string Hub, DateTimeOffset Until, int TimeToLive) content)
    {
        json.WriteNumber("ttl", content.TimeToLive);
        json.WriteString("hub", content.Hub);
        json.WriteNumber("until", content.Until.ToUnixTimeMilliseconds());
    }
}
