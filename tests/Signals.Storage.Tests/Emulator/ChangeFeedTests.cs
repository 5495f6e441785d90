using System.Net;
using Microsoft.Azure.Cosmos;

namespace Signals.Storage.Tests.Emulator;

/// <summary>The change feed in latest-version mode, pulled through the SDK.</summary>
public sealed class ChangeFeedTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly PartitionKey Key = new("p");
    private static readonly FeedRange OfKey = FeedRange.FromPartitionKey(Key);

    [Fact]
    public async Task Feed_of_a_partition_key_shows_last_versions_in_the_order_of_writes()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p") { number = 1 }, Key);
        await container.CreateItemAsync(new Item("b", "p") { number = 2 }, Key);
        await container.CreateItemAsync(new Item("elsewhere", "q"), new PartitionKey("q"));
        await container.ReplaceItemAsync(new Item("a", "p") { number = 3 }, "a", Key);
        await container.CreateItemAsync(new Item("gone", "p"), Key);
        await container.DeleteItemAsync<Item>("gone", Key);

        var (items, _) = await DrainAsync(container, ChangeFeedStartFrom.Beginning(OfKey));

        Assert.Equal([("b", 2), ("a", 3)], items.Select(static item => (item.id, item.number)));
    }

    [Fact]
    public async Task Continuation_goes_on_where_the_feed_ended()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);
        var (_, token) = await DrainAsync(container, ChangeFeedStartFrom.Beginning(OfKey));

        var (none, again) = await DrainAsync(container, ChangeFeedStartFrom.ContinuationToken(token));
        await container.CreateItemAsync(new Item("b", "p"), Key);
        var (later, _) = await DrainAsync(container, ChangeFeedStartFrom.ContinuationToken(again));

        Assert.Empty(none);
        Assert.Equal(["b"], later.Select(static item => item.id));
    }

    [Fact]
    public async Task Feed_from_now_shows_what_comes_after()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);
        var (none, token) = await DrainAsync(container, ChangeFeedStartFrom.Now(OfKey));
        await container.CreateItemAsync(new Item("b", "p"), Key);

        Assert.Empty(none);
        Assert.Equal(["b"], (await DrainAsync(container, ChangeFeedStartFrom.ContinuationToken(token))).Items.Select(static item => item.id));
    }

    [Fact]
    public async Task Feed_ranges_together_show_everything_once()
    {
        var container = await emulator.NewContainerAsync();
        for (var number = 0; number < 40; number++)
            await container.CreateItemAsync(new Item(number.ToString(), "key " + number) { number = number }, new PartitionKey("key " + number));

        var parts = new List<List<Item>>();
        foreach (var range in await container.GetFeedRangesAsync())
            parts.Add((await DrainAsync(container, ChangeFeedStartFrom.Beginning(range), pageSize: 3)).Items);
        var (all, _) = await DrainAsync(container, ChangeFeedStartFrom.Beginning(), pageSize: 7);

        Assert.Equal(2, parts.Count);
        Assert.All(parts, static part => Assert.Equal(part.Select(static item => item.number).Order(), part.Select(static item => item.number)));
        Assert.Equal(Enumerable.Range(0, 40), parts.SelectMany(static part => part).Select(static item => item.number).Order());
        Assert.Equal(Enumerable.Range(0, 40), all.Select(static item => item.number).Order());
    }

    [Fact]
    public async Task Batch_is_never_torn_by_a_page()
    {
        var container = await emulator.NewContainerAsync();
        var batch = container.CreateTransactionalBatch(Key);
        for (var number = 0; number < 5; number++) batch.CreateItem(new Item("a" + number, "p"));
        await batch.ExecuteAsync();
        await container.CreateItemAsync(new Item("b", "p"), Key);

        using var iterator = container.GetChangeFeedIterator<Item>(
            ChangeFeedStartFrom.Beginning(OfKey), ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = 2 });

        Assert.Equal(5, (await iterator.ReadNextAsync()).Count);
        Assert.Equal(1, (await iterator.ReadNextAsync()).Count);
        Assert.Equal(HttpStatusCode.NotModified, (await iterator.ReadNextAsync()).StatusCode);
    }

    [Fact]
    public async Task Feed_from_a_time_shows_what_was_written_since()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);
        emulator.Time.Advance(TimeSpan.FromMinutes(1));
        var since = emulator.Time.GetUtcNow().UtcDateTime;
        await container.CreateItemAsync(new Item("b", "p"), Key);

        var (items, _) = await DrainAsync(container, ChangeFeedStartFrom.Time(since, OfKey));

        Assert.Equal(["b"], items.Select(static item => item.id));
    }

    private static async Task<(List<Item> Items, string Token)> DrainAsync(Container container, ChangeFeedStartFrom start, int pageSize = 100)
    {
        var items = new List<Item>();
        using var iterator = container.GetChangeFeedIterator<Item>(start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = pageSize });
        while (true)
        {
            var page = await iterator.ReadNextAsync();
            if (page.StatusCode == HttpStatusCode.NotModified) return (items, page.ContinuationToken);
            items.AddRange(page);
        }
    }
}
