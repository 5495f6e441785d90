using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>A store in memory that several registries can share.</summary>
internal sealed class MemoryDefinitionStore : IDefinitionStore
{
    private readonly Dictionary<(string, string, int), StoredDefinition> _rows = [];
    private long _revision;

    /// <summary>Runs before every write: the place for another process to be faster.</summary>
    public Func<ValueTask>? BeforeWrite { get; set; }

    public int Loads { get; private set; }

    public IEnumerable<StoredDefinition> Rows => _rows.Values;

    public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_revision);

    public ValueTask<StoredDefinitions> LoadAsync(CancellationToken cancellationToken)
    {
        Loads++;
        return ValueTask.FromResult(new StoredDefinitions(_revision, [.. _rows.Values]));
    }

    public async ValueTask<bool> TryWriteAsync(long expectedRevision, IReadOnlyList<StoredDefinition> changes, CancellationToken cancellationToken)
    {
        if (BeforeWrite is { } meanwhile)
            await meanwhile();
        if (_revision != expectedRevision)
            return false;
        foreach (var row in changes)
        {
            if (row.Json is null)
                _rows.Remove((row.Kind, row.Name, row.Version));
            else
                _rows[(row.Kind, row.Name, row.Version)] = row;
        }
        _revision++;
        return true;
    }
}
