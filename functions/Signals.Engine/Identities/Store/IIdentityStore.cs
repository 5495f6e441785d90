using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>The version of an item, as its store counts: to be handed back when writing. A store uses either part, or both.</summary>
/// <param name="Number">A number that rises with every write.</param>
/// <param name="ETag">An opaque tag that changes with every write.</param>
public readonly record struct ItemVersion(long Number, string? ETag = null);

/// <summary>An item as the store holds it.</summary>
/// <param name="Item">The item.</param>
/// <param name="Version">Its version.</param>
public readonly record struct StoredItem(IdentityItem Item, ItemVersion Version);

/// <summary>A conditional write of one item.</summary>
/// <param name="Key">Which item.</param>
/// <param name="Item">What it becomes; null to delete it.</param>
/// <param name="Expected">The version it was made from; null when the item must not exist yet.</param>
public readonly record struct ItemChange(IdentityItemKey Key, IdentityItem? Item, ItemVersion? Expected)
{
    /// <summary>Writes an item that must not exist yet.</summary>
    public static ItemChange Create(IdentityItem item) => new(item.Key, item, null);

    /// <summary>Replaces an item that must be of the version that it was made from.</summary>
    public static ItemChange Replace(IdentityItem item, ItemVersion expected) => new(item.Key, item, expected);

    /// <summary>Deletes an item that must be of the version that was read.</summary>
    public static ItemChange Delete(IdentityItemKey key, ItemVersion expected) => new(key, null, expected);
}

/// <summary>
/// The identity graph: one item per identifier, one per Snowplow ID, one per id that is gone. Each is written under its own
/// condition (spec identities, section 11). <see cref="IdentityItemCodec"/> is their stored form, and <see cref="IdentityIndex"/>
/// what a store needs of it to answer scans.
/// </summary>
/// <exception cref="StoreUnavailableException">
/// Every member throws it when the store is away or asks to be left alone; what was to be written may have been.
/// </exception>
public interface IIdentityStore
{
    /// <summary>Reads items as they are now, not as they were; one entry per key, in order, null where there is none.</summary>
    /// <param name="keys">Any number of different keys.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken);

    /// <summary>Writes one item durably. Returns its new version (any value after a deletion), or null on a lost race: nothing was written.</summary>
    ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken);

    /// <summary>
    /// The items that a scan asks for, in pages, in the order of their keys (both halves as unsigned numbers): those after
    /// <paramref name="after"/>. What is written while a scan is under way may be in it or not.
    /// </summary>
    ValueTask<IReadOnlyList<StoredItem>> ScanAsync(IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Counts what is there; may lag behind by some minutes.</summary>
    ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken);
}

/// <summary>A store that writes many items as one.</summary>
public interface IAtomicIdentityStore : IIdentityStore
{
    /// <summary>Writes all the items durably, or none: null when any of them was lost to a race.</summary>
    ValueTask<WrittenTogether?> TryWriteTogetherAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellationToken);

    /// <summary>
    /// Names the items that were written or deleted by anybody since a mark, so that copies in memory can be dropped, and returns
    /// the mark of now. Null when the mark is too old to say: every copy may be out of date.
    /// </summary>
    /// <param name="since">A mark that was returned earlier; 0 to get one without names.</param>
    /// <param name="changed">Gets the names; some may be named without need.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<long?> ChangesAsync(long since, ICollection<IdentityItemKey> changed, CancellationToken cancellationToken);
}

/// <summary>Items that were written as one.</summary>
/// <param name="Versions">Their new versions, in order.</param>
/// <param name="Before">The mark just before the write, as <see cref="IAtomicIdentityStore.ChangesAsync"/> would have returned it.</param>
/// <param name="After">The mark just after the write.</param>
public sealed record WrittenTogether(IReadOnlyList<ItemVersion> Versions, long Before, long After);

/// <summary>How much there is in an identity store.</summary>
/// <param name="Identifiers">Identifiers by type.</param>
/// <param name="Profiles">Snowplow IDs, merged ones included.</param>
/// <param name="ActiveProfiles">Snowplow IDs that have not been merged away.</param>
/// <param name="AnonymousProfiles">Those among the active ones that stand for conflicts.</param>
public sealed record IdentityCounts(IReadOnlyDictionary<string, long> Identifiers, long Profiles, long ActiveProfiles, long AnonymousProfiles);
