using System.Text;
using System.Text.Json;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosBadRowStoreTests : BadRowStoreCompliance, IAsyncLifetime
{
    private const string Kind = "loader_parsing_error";

    private readonly ManualTime _time = new();
    private TemporaryCosmos _cosmos = null!;

    protected override IBadRowStore Store => new CosmosBadRowStore(_cosmos.First);

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(_time);
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Same_row_from_two_processes_is_counted_once()
    {
        StoredBadRow[] rows = [.. Enumerable.Range(0, 250).Select(i => Row(i))];
        var other = new CosmosBadRowStore(_cosmos.Second);

        await Task.WhenAll(Task.Run(async () => await Store.AppendAsync(rows, default)), Task.Run(async () => await other.AppendAsync(rows, default)));

        Assert.Equal(250, (await Store.CountAsync(default))[Kind]);
        Assert.Equal(250, (await Store.ListAsync(1000, null, null, default)).Count);
    }

    [Fact]
    public async Task Rows_of_several_partitions_are_listed_together_page_by_page()
    {
        LogPosition[] positions = [.. from partition in new[] { 0, 3, 1024 } from sequence in Enumerable.Range(0, 7) select new LogPosition(partition, sequence)];
        await Store.AppendAsync([.. positions.Select(position => Row(0) with { Position = position })], default);

        var listed = new List<LogPosition>();
        IReadOnlyList<StoredBadRow> page;
        do
        {
            page = await Store.ListAsync(4, listed.Count == 0 ? null : listed[^1], null, default);
            listed.AddRange(page.Select(row => row.Position));
        }
        while (page.Count == 4);

        Assert.Equal(positions.OrderByDescending(position => position.Sequence).ThenByDescending(position => position.Partition), listed);
    }

    [Fact]
    public async Task Logical_partition_that_is_full_is_followed_by_another()
    {
        var store = new CosmosBadRowStore(_cosmos.First, partitionBytes: 2000);
        for (var i = 0; i < 60; i += 3)
            await store.AppendAsync([Row(i), Row(i + 1), Row(i + 2)], default);

        // Another process, which knows nothing yet, goes on; and what was kept is not kept again.
        var other = new CosmosBadRowStore(_cosmos.Second, partitionBytes: 2000);
        await other.AppendAsync([.. Enumerable.Range(0, 70).Select(i => Row(i))], default);

        Assert.Equal(Enumerable.Range(0, 70).Reverse().Select(i => (long)i), (await Store.ListAsync(100, null, null, default)).Select(Sequence));
        Assert.Equal(70, (await Store.CountAsync(default))[Kind]);
        var partitions = new HashSet<string?>();
        foreach (var generation in Enumerable.Range(0, 30))
            if ((await _cosmos.First.Container(CosmosContainers.BadRows).ReadAllAsync(null, $"0-{generation}", default)).Count > 0)
                partitions.Add($"0-{generation}");
        Assert.InRange(partitions.Count, 5, 29);
    }

    [Fact]
    public async Task Crash_between_closing_a_logical_partition_and_opening_the_next_loses_nothing()
    {
        var store = new CosmosBadRowStore(_cosmos.First, partitionBytes: 1);
        var crash = _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Status(403)) { Container = "bad-rows", Operations = [CosmosOperation.ReplaceItem] });
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.AppendAsync([Row(0)], default));
        Assert.Equal(1, crash.Strikes());

        await new CosmosBadRowStore(_cosmos.Second, partitionBytes: 1).AppendAsync([Row(0), Row(1)], default);

        Assert.Equal([1, 0], (await Store.ListAsync(10, null, null, default)).Select(Sequence));
        Assert.Equal(2, (await Store.CountAsync(default))[Kind]);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    public async Task Rows_whose_answer_was_lost_are_counted_once(string how)
    {
        var lost = _cosmos.Emulator.Faults.Next(CosmosOperation.Batch, how == "reset" ? Fault.ReplyLost : Fault.ReplyReplaced(503));
        StoredBadRow[] rows = [Row(0), Row(1)];

        // The engine holds the batch when the store is unavailable, and appends again.
        if (await Record.ExceptionAsync(async () => await Store.AppendAsync(rows, default)) is { } error)
        {
            Assert.IsType<StoreUnavailableException>(error);
            await Store.AppendAsync(rows, default);
        }

        Assert.Equal(1, lost.Strikes());
        Assert.Equal([1, 0], (await Store.ListAsync(10, null, null, default)).Select(Sequence));
        Assert.Equal(2, (await Store.CountAsync(default))[Kind]);
    }

    [Fact]
    public async Task Rows_expire_and_their_counts_stay()
    {
        await Store.AppendAsync([Row(0), Row(1)], default);
        _time.Advance(_cosmos.First.Options.BadRowRetention + TimeSpan.FromSeconds(1));

        Assert.Empty(await Store.ListAsync(10, null, null, default));
        Assert.Equal(2, (await Store.CountAsync(default))[Kind]);
    }

    [Fact]
    public async Task Large_rows_are_kept_as_they_are()
    {
        var row = Row(0) with { Json = Encoding.UTF8.GetBytes($$"""{"payload":"{{Noise(750_000)}}"}""") };
        StoredBadRow[] rows = [row, row with { Position = new LogPosition(0, 1) }, row with { Position = new LogPosition(0, 2) }];

        await Store.AppendAsync(rows, default);

        Assert.All(await Store.ListAsync(10, null, null, default), kept => Assert.Equal(row.Json.ToArray(), kept.Json.ToArray()));
    }

    [Fact]
    public async Task Row_that_no_document_holds_is_kept_with_its_beginning()
    {
        await Store.AppendAsync([Row(0) with { Json = Encoding.UTF8.GetBytes($$"""{"payload":"beginning{{Noise(4_000_000)}}"}""") }], default);

        var kept = Assert.Single(await Store.ListAsync(10, null, Kind, default));
        var json = JsonDocument.Parse(kept.Json).RootElement;
        Assert.Contains("size_violation", json.GetProperty("schema").GetString());
        Assert.StartsWith("""{"payload":"beginning""", json.GetProperty("data").GetProperty("payload").GetString());
    }

    [Fact]
    public async Task Thousand_rows_cost_a_batch_per_ninety_nine()
    {
        await Store.AppendAsync([.. Enumerable.Range(0, 990).Select(i => Row(i))], default);

        Assert.Equal(10, _cosmos.Emulator.Meter.Total("bad-rows", CosmosOperation.Batch).Requests);
    }

    private static string Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        return Convert.ToBase64String(noise);
    }
}
