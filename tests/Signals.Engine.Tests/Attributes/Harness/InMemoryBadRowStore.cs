using Signals.Engine.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Bad rows in memory, once per position.</summary>
public sealed class InMemoryBadRowStore : IBadRowStore
{
    private readonly Dictionary<LogPosition, StoredBadRow> _rows = [];

    public bool Fails { get; set; }

    public IReadOnlyList<StoredBadRow> Rows
    {
        get
        {
            lock (_rows)
                return [.. _rows.Values.OrderBy(row => row.Position.Partition).ThenBy(row => row.Position.Sequence)];
        }
    }

    public ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken)
    {
        if (Fails)
            throw InMemoryProfileStore.Failure("append");
        lock (_rows)
            foreach (var row in rows)
                _rows.TryAdd(row.Position, row);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(
        int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
