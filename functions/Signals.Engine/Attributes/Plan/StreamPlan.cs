using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>
/// The published definitions made ready for the stream. Immutable but for the plans per event type, which are made when a type
/// is first seen. A new plan replaces the old one between two batches.
/// </summary>
internal sealed class StreamPlan
{
    /// <summary>With more types than this the plans are forgotten and made anew; only hostile input has more.</summary>
    private const int MaxTypes = 4096;

    private readonly PublishedDefinitions _published;
    private readonly ConcurrentDictionary<byte[], EventTypePlan?> _types = new(ByteKeyComparer.Instance);
    private readonly ConcurrentDictionary<byte[], EventTypePlan?>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public StreamPlan(DefinitionSnapshot snapshot, ProfileWatcher? watcher = null)
    {
        _published = PublishedDefinitions.From(snapshot);
        Watch = watcher?.Prepare(_published);
        Merging = [.. _published.Profiled.Where(profiled => ProfileMerges.Concern(profiled.Key)).Select(profiled => profiled.Plan)];
        _lookup = _types.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The snapshot that the plan was made from.</summary>
    public DefinitionSnapshot Snapshot => _published.Snapshot;

    /// <summary>What is watched; null for nothing.</summary>
    public ProfileWatch? Watch { get; }

    /// <summary>The attribute keys whose profiles merge when identities do.</summary>
    public IReadOnlyList<KeyPlan> Merging { get; }

    /// <summary>The plan for events of a type (vendor, name, format and version, separated by tabs); null when nothing can match them.</summary>
    public EventTypePlan? For(ReadOnlySpan<byte> typeKey)
    {
        if (_lookup.TryGetValue(typeKey, out var plan))
            return plan;
        plan = EventTypePlan.For(_published, Watch, typeKey);
        if (_types.Count >= MaxTypes)
            _types.Clear();
        _lookup[typeKey] = plan;
        return plan;
    }

    private sealed class ByteKeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static ByteKeyComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
