namespace Signals.Storage.Cosmos;

/// <summary>Merges what several logical partitions give in order.</summary>
internal static class CosmosMerge
{
    /// <summary>The first entries of ordered sources together, by a key; reads no more of a source than it needs.</summary>
    public static async Task<IReadOnlyList<T>> TakeAsync<T, TKey>(
        IEnumerable<IAsyncEnumerable<T>> sources, int limit, Func<T, TKey> keyOf, CancellationToken cancellationToken)
    {
        var cursors = sources.Select(source => source.GetAsyncEnumerator(cancellationToken)).ToList();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<T>, TKey>();
            var found = await Task.WhenAll(cursors.Select(cursor => cursor.MoveNextAsync().AsTask()));
            for (var i = 0; i < cursors.Count; i++)
                if (found[i])
                    next.Enqueue(cursors[i], keyOf(cursors[i].Current));
            var merged = new List<T>();
            while (merged.Count < limit && next.TryDequeue(out var cursor, out _))
            {
                merged.Add(cursor.Current);
                if (merged.Count < limit && await cursor.MoveNextAsync())
                    next.Enqueue(cursor, keyOf(cursor.Current));
            }
            return merged;
        }
        finally
        {
            foreach (var cursor in cursors)
                await cursor.DisposeAsync();
        }
    }
}
