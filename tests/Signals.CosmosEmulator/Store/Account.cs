using System.Collections.Concurrent;
using System.Globalization;

namespace Signals.CosmosEmulator.Store;

/// <summary>Everything that is stored.</summary>
internal sealed class Account(CosmosEmulatorOptions options)
{
    private readonly ConcurrentDictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private long _etags;
    private long _bytes;
    private uint _databasesMade;

    public CosmosEmulatorOptions Options => options;
    public IEnumerable<Database> Databases => _databases.Values.OrderBy(static database => database.Number);
    public bool IsFull => Interlocked.Read(ref _bytes) >= options.MaximumBytes;
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whole seconds since 1970, as <c>_ts</c> counts.</summary>
    public long Now() => options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A new entity tag, quotation marks included. Counted, so that the same run gives the same tags.</summary>
    public string NextETag(long now) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{Interlocked.Increment(ref _etags):x8}-0000-0d00-0000-{now:x8}0000\"");

    public void Hold(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>The database with this name or resource id.</summary>
    public Database? Find(string name) => _databases.GetValueOrDefault(name)
        ?? _databases.Values.FirstOrDefault(database => database.ResourceId == name);

    /// <summary>Null if the name is taken.</summary>
    public Database? Create(string id)
    {
        var database = new Database(this, id, Interlocked.Increment(ref _databasesMade));
        return _databases.TryAdd(id, database) ? database : null;
    }

    public bool Remove(Database database)
    {
        if (!_databases.TryRemove(database.Id, out _)) return false;
        foreach (var container in database.Containers) Forget(container);
        return true;
    }

    /// <summary>Gives back the bytes of a container that was deleted.</summary>
    public void Forget(Container container)
    {
        foreach (var range in container.Ranges)
        {
            lock (range.Gate)
            {
                foreach (var entry in range.ByCreation.After(0)) Hold(-entry.Slot.Current!.Body.Length);
            }
        }
    }
}
