using Signals.Engine.Identities;

namespace Signals.Storage.Sqlite;

/// <summary>
/// What this process wrote to the identity graph of late, by the numbers of the writes. A number that is missing was another
/// process's: then nobody can say what has changed.
/// </summary>
internal sealed class IdentityChangeLog
{
    private const int MaxRemembered = 200_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, IdentityItemKey> _changed = [];
    private readonly Queue<long> _order = new();

    /// <summary>Remembers items that were written with the numbers from a first one on.</summary>
    public void Add(long first, IReadOnlyList<ItemChange> changes)
    {
        lock (_lock)
        {
            for (var i = 0; i < changes.Count; i++)
            {
                _changed[first + i] = changes[i].Key;
                _order.Enqueue(first + i);
            }
            while (_order.Count > MaxRemembered)
                _changed.Remove(_order.Dequeue());
        }
    }

    /// <summary>Names what was written with the numbers from one on up to before another. False when some of it is not known.</summary>
    public bool TryName(long from, long end, ICollection<IdentityItemKey> changed)
    {
        lock (_lock)
        {
            for (var number = from; number < end; number++)
            {
                if (!_changed.TryGetValue(number, out var key))
                    return false;
                changed.Add(key);
            }
            return true;
        }
    }
}
