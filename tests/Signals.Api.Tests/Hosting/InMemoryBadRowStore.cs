using Signals.Engine.Events;

namespace Signals.Api.Tests.Hosting;

public sealed class InMemoryBadRowStore : IBadRowStore
{
    private readonly List<StoredBadRow> _rows = [];

    public ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken)
    {
        _rows.AddRange(rows);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(
        int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken)
    {
        var newestFirst = _rows.AsEnumerable().Reverse();
        if (before is { } end)
            newestFirst = newestFirst.SkipWhile(r => r.Position != end).Skip(1);
        return ValueTask.FromResult<IReadOnlyList<StoredBadRow>>(
            [.. newestFirst.Where(r => schemaName is null || NameOf(r) == schemaName).Take(limit)]);
    }

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, long>>(_rows.GroupBy(NameOf).ToDictionary(g => g.Key, g => g.LongCount()));

    private static string NameOf(StoredBadRow row) => row.Schema.Split('/')[1];
}
