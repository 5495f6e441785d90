using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>A container: its properties, its throughput and its ranges.</summary>
internal sealed class Container
{
    private readonly PartitionRange[] _ranges;
    private long _created;

    public Container(Account account, Database database, uint number, JsonObject properties, Throughput throughput)
    {
        Account = account;
        Database = database;
        Id = properties["id"]!.GetValue<string>();
        Number = new ContainerNumber(database.Number, number);
        ResourceId = Store.ResourceId.OfContainer(Number);
        SelfLink = $"dbs/{database.ResourceId}/colls/{ResourceId}/";
        Path = $"dbs/{database.Id}/colls/{Id}";
        KeyPath = new PartitionKeyPath(properties["partitionKey"]!["paths"]![0]!.GetValue<string>());
        Offer = new Offer(this, throughput);
        var count = account.Options.RangesPerContainer;
        _ranges = [.. Enumerable.Range(0, count).Select(index => new PartitionRange(this, index, count))];
        Change(properties);
    }

    public Account Account { get; }
    public Database Database { get; }
    public string Id { get; }
    public ContainerNumber Number { get; }
    public string ResourceId { get; }
    public string SelfLink { get; }
    public string Path { get; }
    public PartitionKeyPath KeyPath { get; }
    public Offer Offer { get; }
    /// <summary>What clients read, as JSON.</summary>
    public byte[] Properties { get; private set; } = [];
    public long Changed { get; private set; }
    public string ETag { get; private set; } = "";
    public IndexingPolicy Indexing { get; private set; } = null!;
    public IReadOnlyList<PartitionRange> Ranges => _ranges;

    /// <summary>Seconds after which an item expires that says nothing itself; -1 for never; null when nothing in this container expires.</summary>
    public int? DefaultTimeToLive { get; private set; }

    /// <summary>Takes new properties. What is left out gets the value that the service fills in.</summary>
    public void Change(JsonObject properties)
    {
        var now = Account.Now();
        ETag = Account.NextETag(now);
        Indexing = new IndexingPolicy(properties["indexingPolicy"] as JsonObject);
        DefaultTimeToLive = properties["defaultTtl"]?.GetValue<int>();
        properties["partitionKey"]!["kind"] = "Hash";
        properties["partitionKey"]!["version"] = 2;
        properties["_rid"] = ResourceId;
        properties["_ts"] = now;
        properties["_self"] = SelfLink;
        properties["_etag"] = ETag;
        properties["_docs"] = "docs/";
        properties["_sprocs"] = "sprocs/";
        properties["_triggers"] = "triggers/";
        properties["_udfs"] = "udfs/";
        properties["_conflicts"] = "conflicts/";
        Properties = JsonSerializer.SerializeToUtf8Bytes(properties);
        Changed = now;
    }

    public PartitionRange RangeOf(PartitionKeyValue key)
    {
        var place = key.Hash();
        foreach (var range in _ranges)
        {
            if (range.Contains(place)) return range;
        }

        throw new InvalidOperationException($"No range contains {place}.");
    }

    public ItemSlot NewSlot(PartitionKeyValue key, string id) => new(this, key, id, (ulong)Interlocked.Increment(ref _created));

    /// <summary>The second at which an item written now expires.</summary>
    public long ExpiryOf(int? itemTimeToLive, long now) => DefaultTimeToLive is not { } standard
        ? long.MaxValue
        : (itemTimeToLive ?? standard) is var seconds and > 0 ? now + seconds : long.MaxValue;
}
