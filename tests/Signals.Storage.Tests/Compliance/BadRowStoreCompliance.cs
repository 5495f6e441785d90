using System.Text;
using Signals.Engine.Events;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every store of bad rows does.</summary>
public abstract class BadRowStoreCompliance
{
    private const string ParsingError = "iglu:com.snowplowanalytics.snowplow.badrows/loader_parsing_error/jsonschema/2-0-0";
    private const string SchemaViolation = "iglu:com.snowplowanalytics.snowplow.badrows/schema_violations/jsonschema/2-0-0";

    protected static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    protected abstract IBadRowStore Store { get; }

    [Fact]
    public async Task Empty_store_lists_and_counts_nothing()
    {
        Assert.Empty(await Store.ListAsync(10, null, null, default));
        Assert.Empty(await Store.CountAsync(default));
    }

    [Fact]
    public async Task Bad_row_comes_back_as_it_was_kept()
    {
        var row = new StoredBadRow(new LogPosition(0, 17), ParsingError, Encoding.UTF8.GetBytes("""{"schema":"ä"}"""), At);
        await Store.AppendAsync([row], default);

        var kept = Assert.Single(await Store.ListAsync(10, null, null, default));
        Assert.Equal(row with { Json = default }, kept with { Json = default });
        Assert.Equal(row.Json.ToArray(), kept.Json.ToArray());
    }

    [Fact]
    public async Task Newest_come_first_and_pages_go_back()
    {
        await Store.AppendAsync([.. Enumerable.Range(0, 10).Select(i => Row(i))], default);

        var first = await Store.ListAsync(4, null, null, default);
        var second = await Store.ListAsync(4, first[^1].Position, null, default);
        var third = await Store.ListAsync(4, second[^1].Position, null, default);

        Assert.Equal([9, 8, 7, 6], first.Select(Sequence));
        Assert.Equal([5, 4, 3, 2], second.Select(Sequence));
        Assert.Equal([1, 0], third.Select(Sequence));
    }

    [Fact]
    public async Task Rows_of_one_kind_can_be_listed()
    {
        await Store.AppendAsync([Row(0), Row(1, SchemaViolation), Row(2), Row(3, SchemaViolation), Row(4)], default);

        Assert.Equal([3, 1], (await Store.ListAsync(10, null, "schema_violations", default)).Select(Sequence));
        Assert.Equal([2, 0], (await Store.ListAsync(10, new LogPosition(0, 4), "loader_parsing_error", default)).Select(Sequence));
        Assert.Empty(await Store.ListAsync(10, null, "unheard_of", default));
    }

    [Fact]
    public async Task Same_position_is_kept_and_counted_once()
    {
        await Store.AppendAsync([Row(0), Row(1)], default);
        await Store.AppendAsync([Row(1), Row(2), Row(2)], default);

        Assert.Equal([2, 1, 0], (await Store.ListAsync(10, null, null, default)).Select(Sequence));
        Assert.Equal(3, (await Store.CountAsync(default))["loader_parsing_error"]);
    }

    [Fact]
    public async Task Rows_are_counted_by_kind()
    {
        await Store.AppendAsync([Row(0), Row(1, SchemaViolation), Row(2)], default);

        var counts = await Store.CountAsync(default);
        Assert.Equal(2, counts.Count);
        Assert.Equal(2, counts["loader_parsing_error"]);
        Assert.Equal(1, counts["schema_violations"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task Limit_outside_its_range_is_refused(int limit)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListAsync(limit, null, null, default));
    }

    [Fact]
    public async Task Empty_append_does_nothing()
    {
        await Store.AppendAsync([], default);

        Assert.Empty(await Store.CountAsync(default));
    }

    protected static StoredBadRow Row(long sequence, string schema = ParsingError) =>
        new(new LogPosition(0, sequence), schema, Encoding.UTF8.GetBytes($$"""{"row":{{sequence}}}"""), At);

    protected static long Sequence(StoredBadRow row) => row.Position.Sequence;
}
