using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Engine;

/// <summary>
/// One day of product views and add-to-carts, in batches as the local runtime takes them, that can be made the next day: new ids,
/// dates and positions, so that no event is a repeat.
/// </summary>
internal sealed class ShopDays
{
    public const int Events = 32_768;

    private const int BatchSize = 8_192;

    private static readonly DateTimeOffset FirstDay = DateTimeOffset.UtcNow.AddDays(-90);

    private LogRecord[][] _batches = [];
    private long _sequence;
    private ulong _nextId;
    private int _day;

    public ShopLine[] Lines { get; } = [.. SampleLines.Actions(Events, FirstDay).Select(line => new ShopLine(line))];

    public void Next()
    {
        _day++;
        foreach (var line in Lines)
            line.Renew(_nextId++, _day);
        _batches = [.. Lines.Select(line => new LogRecord(new LogPosition(0, _sequence++), LogRecordKind.EnrichedLine, line.Bytes)).Chunk(BatchSize)];
    }

    public async Task<int> ProcessAsync(StreamingEngine engine)
    {
        var applied = 0;
        foreach (var batch in _batches)
            applied += (await engine.ProcessAsync(batch, CancellationToken.None)).Applied;
        return applied == Events ? applied : throw new InvalidOperationException($"Only {applied} of {Events} events were applied.");
    }
}
