using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Signals.CosmosEmulator.Store;

/// <summary>A database: a name and its containers.</summary>
internal sealed class Database(Account account, string id, uint number)
{
    private readonly ConcurrentDictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly string _etag = account.NextETag(account.Now());
    private readonly long _created = account.Now();
    private uint _containersMade;

    public string Id => id;
    public uint Number => number;
    public string ResourceId { get; } = Store.ResourceId.OfDatabase(number);
    public IEnumerable<Container> Containers => _containers.Values.OrderBy(static container => container.Number.Container);
    public string ETag => _etag;

    /// <summary>The container with this name or resource id.</summary>
    public Container? Find(string name) => _containers.GetValueOrDefault(name)
        ?? _containers.Values.FirstOrDefault(container => container.ResourceId == name);

    /// <summary>Null if the name is taken.</summary>
    public Container? Create(JsonObject properties, Throughput throughput)
    {
        var container = new Container(account, this, Interlocked.Increment(ref _containersMade), properties, throughput);
        return _containers.TryAdd(container.Id, container) ? container : null;
    }

    public bool Remove(Container container)
    {
        if (!_containers.TryRemove(container.Id, out _)) return false;
        account.Forget(container);
        return true;
    }

    public JsonObject ToJson() => new()
    {
        ["id"] = id,
        ["_rid"] = ResourceId,
        ["_self"] = $"dbs/{ResourceId}/",
        ["_etag"] = _etag,
        ["_colls"] = "colls/",
        ["_users"] = "users/",
        ["_ts"] = _created,
    };
}
