using System.Globalization;
using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>A physical partition: the items whose keys hash into one range. All access goes under its lock.</summary>
internal sealed class PartitionRange
{
    private const int WritesBetweenSweeps = 1024;
    private readonly Dictionary<PartitionKeyValue, LogicalPartition> _partitions = [];
    private readonly Container _container;
    private int _writesUntilSweep = WritesBetweenSweeps;
    private long _items;

    public PartitionRange(Container container, int index, int count)
    {
        _container = container;
        Id = index.ToString(CultureInfo.InvariantCulture);
        ResourceId = Store.ResourceId.OfRange(container.Number, index);
        Minimum = EffectivePartitionKey.Cut(index, count);
        Maximum = EffectivePartitionKey.Cut(index + 1, count);
        Budget = new ThroughputBudget(container.Account.Options.Clock);
    }

    public Lock Gate { get; } = new();
    public string Id { get; }
    public string ResourceId { get; }
    public EffectivePartitionKey Minimum { get; }
    public EffectivePartitionKey Maximum { get; }
    public ThroughputBudget Budget { get; }
    public long Lsn { get; private set; } = 1;
    public SlotLog ByCreation { get; } = new(static entry => entry.Slot.Current is not null);
    public SlotLog ByCommit { get; } = new(static entry => entry.Slot.Current is { } item && (ulong)item.Lsn == entry.Number);
    public IEnumerable<LogicalPartition> Partitions => _partitions.Values;
    public string SessionToken => string.Create(CultureInfo.InvariantCulture, $"{Id}:-1#{Lsn}");

    public bool Contains(EffectivePartitionKey place) => Minimum.CompareTo(place) <= 0 && place.CompareTo(Maximum) < 0;

    public LogicalPartition? Find(PartitionKeyValue key) => _partitions.GetValueOrDefault(key);

    /// <summary>Makes the versions current under one new commit number; null stands for a deletion.</summary>
    public void Commit(IReadOnlyList<PendingVersion> versions, long now)
    {
        Lsn++;
        foreach (var version in versions) Apply(version);
        _writesUntilSweep -= versions.Count;
        if (_writesUntilSweep <= 0) Sweep(now);
    }

    private void Apply(PendingVersion pending)
    {
        var (slot, version) = pending;
        _container.Account.Hold((version?.Body.Length ?? 0) - (slot.Current?.Body.Length ?? 0));
        if (version is null)
        {
            Remove(slot);
            return;
        }

        if (slot.Current is null) Add(slot);
        version.Lsn = Lsn;
        version.Previous = slot.Current;
        if (slot.Current is { } replaced) replaced.Previous = null;
        slot.Current = version;
        ByCommit.Add((ulong)Lsn, slot);
    }

    private void Add(ItemSlot slot)
    {
        if (!_partitions.TryGetValue(slot.PartitionKey, out var partition))
        {
            partition = new LogicalPartition(slot.PartitionKey);
            _partitions.Add(slot.PartitionKey, partition);
        }

        if (partition.Find(slot.Id) is { } expired) RemoveExpired(partition, expired);
        partition.Add(slot);
        ByCreation.Add(slot.Number, slot);
        _items++;
    }

    private void Remove(ItemSlot slot)
    {
        if (slot.Current is null) return;
        var partition = _partitions[slot.PartitionKey];
        partition.Remove(slot);
        _items--;
        if (partition.Count == 0) _partitions.Remove(slot.PartitionKey);
    }

    private void RemoveExpired(LogicalPartition partition, ItemSlot expired)
    {
        _container.Account.Hold(-expired.Current!.Body.Length);
        partition.Remove(expired);
        _items--;
    }

    /// <summary>Frees what expired. Once in as many writes as there are items, so that it costs each write little.</summary>
    private void Sweep(long now)
    {
        foreach (var partition in _partitions.Values)
        {
            var before = partition.Count;
            _container.Account.Hold(-partition.RemoveExpired(now));
            _items -= before - partition.Count;
            if (partition.Count == 0) _partitions.Remove(partition.Key);
        }

        _writesUntilSweep = (int)Math.Max(WritesBetweenSweeps, Math.Min(_items, int.MaxValue));
    }
}

/// <summary>What an item becomes when its transaction commits.</summary>
internal readonly record struct PendingVersion(ItemSlot Slot, StoredItem? Version);
