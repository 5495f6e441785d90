using System.Runtime.CompilerServices;

namespace Signals.Engine.Identities;

/// <summary>Walks through all pages of a scan.</summary>
internal static class StoreScan
{
    private const int PageSize = 200;

    public static async IAsyncEnumerable<StoredItem> AllAsync(
        this IIdentityStore store, IdentityScan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IdentityItemKey? after = null;
        while (true)
        {
            var page = await store.ScanAsync(scan, after, PageSize, cancellationToken);
            foreach (var item in page)
                yield return item;
            if (page.Count < PageSize)
                yield break;
            after = page[^1].Item.Key;
        }
    }

    public static async ValueTask<bool> AnyAsync(this IIdentityStore store, IdentityScan scan, CancellationToken cancellationToken) =>
        (await store.ScanAsync(scan, null, 1, cancellationToken)).Count > 0;

    /// <summary>Writes an item as a change of what is there says, again until no race is lost. Does nothing when the change is null.</summary>
    public static async ValueTask UpdateAsync(
        this IIdentityStore store, IdentityItemKey key, Func<IdentityItem, IdentityItem?> change, CancellationToken cancellationToken)
    {
        while ((await store.ReadAsync([key], cancellationToken))[0] is { } stored
            && change(stored.Item) is { } changed
            && await store.TryWriteAsync(ItemChange.Replace(changed, stored.Version), cancellationToken) is null)
        {
        }
    }
}
