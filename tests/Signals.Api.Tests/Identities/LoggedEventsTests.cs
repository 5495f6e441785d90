using System.Text;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Api.Tests.Identities;

public sealed class LoggedEventsTests
{
    private readonly InMemoryEventLog _log = new();

    [Fact]
    public async Task The_newest_events_come_in_order_and_without_bad_rows()
    {
        await AppendAsync(LogRecordKind.EnrichedLine, "a", "b");
        await AppendAsync(LogRecordKind.BadRow, "{}");
        await AppendAsync(LogRecordKind.EnrichedLine, "c", "d");

        Assert.Equal(["b", "c", "d"], await ReadAsync(4, 100));
        Assert.Equal(["d"], await ReadAsync(1, 100));
        Assert.Equal(["c", "d"], await ReadAsync(10, 2));
    }

    [Fact]
    public async Task An_empty_log_has_none() => Assert.Empty(await ReadAsync(10, 100));

    private async Task AppendAsync(LogRecordKind kind, params string[] lines)
    {
        var chunk = new LogChunkBuilder();
        foreach (var line in lines)
            chunk.Add(kind, Encoding.UTF8.GetBytes(line));
        await _log.AppendAsync(0, chunk.ToChunk(), default);
    }

    private async Task<IEnumerable<string>> ReadAsync(int maxEvents, long maxBytes) =>
        (await new LoggedEvents(_log).ReadAsync(maxEvents, maxBytes, default)).Select(line => Encoding.UTF8.GetString(line.Span));
}
