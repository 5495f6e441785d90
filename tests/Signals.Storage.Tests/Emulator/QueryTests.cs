using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using Signals.CosmosEmulator;

namespace Signals.Storage.Tests.Emulator;

/// <summary>Queries, through the SDK, of one partition key and of a container with two ranges.</summary>
public sealed class QueryTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly PartitionKey P = new("p");

    [Theory]
    [InlineData("c.number = 3", new[] { 3 })]
    [InlineData("c.number != 3", new[] { 0, 1, 2, 4, 5 })]
    [InlineData("c.number >= 2 AND c.number < 4", new[] { 2, 3 })]
    [InlineData("c.number > 4 OR c.number <= 0", new[] { 0, 5 })]
    [InlineData("NOT (c.number > 0)", new[] { 0 })]
    [InlineData("c.number IN (1, 5, 9)", new[] { 1, 5 })]
    [InlineData("c.number BETWEEN 1 AND 2", new[] { 1, 2 })]
    [InlineData("STARTSWITH(c.text, 'even')", new[] { 0, 2, 4 })]
    [InlineData("IS_DEFINED(c.ttl)", new int[0])]
    [InlineData("NOT IS_DEFINED(c.ttl) AND c.text = \"odd 3\"", new[] { 3 })]
    [InlineData("c.number > '1'", new int[0])]
    [InlineData("c[\"id\"] = '2'", new[] { 2 })]
    public async Task Condition_selects(string condition, int[] expected)
    {
        var container = await NewContainerAsync(6, static _ => "p");

        var ofKey = await ReadAsync<Item>(container, $"SELECT * FROM c WHERE {condition}", P);
        var ofAll = await ReadAsync<Item>(container, $"SELECT * FROM c WHERE {condition}", null);

        Assert.Equal(expected, ofKey.Select(static item => item.number));
        Assert.Equal(expected, ofAll.Select(static item => item.number).Order());
    }

    [Fact]
    public async Task Parameters_are_values()
    {
        var container = await NewContainerAsync(6, static _ => "p");
        var query = new QueryDefinition("SELECT VALUE c.text FROM c WHERE c.number = @number AND c.text != @text")
            .WithParameter("@number", 3).WithParameter("@text", "x\" OR 1 = 1");

        Assert.Equal(["odd 3"], await ReadAsync<string>(container, query, P));
        Assert.Equal(["odd 3"], await ReadAsync<string>(container, query, null));
    }

    [Fact]
    public async Task Projection_has_the_properties_that_are_there()
    {
        var container = await NewContainerAsync(1, static _ => "p");

        var found = Assert.Single(await ReadAsync<JObject>(container, "SELECT c.id, c.number AS n, c.nothing FROM c", P));

        Assert.Equal("{\"id\":\"0\",\"n\":0}", found.ToString(Newtonsoft.Json.Formatting.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Order_holds_over_pages_and_ranges(bool descending)
    {
        var container = await NewContainerAsync(50, static number => "key " + (number % 7));
        var query = new QueryDefinition($"SELECT * FROM c WHERE c.number >= 3 ORDER BY c.number {(descending ? "DESC" : "ASC")}");

        var found = await ReadByTokenAsync<Item>(container, query, null, 4);

        var expected = Enumerable.Range(3, 47);
        Assert.Equal(descending ? expected.Reverse() : expected, found.Select(static item => item.number));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Equal_values_are_neither_lost_nor_repeated_at_page_ends(bool descending)
    {
        var container = await emulator.NewContainerAsync();
        for (var number = 0; number < 40; number++)
        {
            var key = "key " + (number % 5);
            await container.CreateItemAsync(new Item(number.ToString(), key) { number = number / 10 }, new PartitionKey(key));
        }

        var query = new QueryDefinition($"SELECT * FROM c ORDER BY c.number{(descending ? " DESC" : "")}");
        var found = await ReadByTokenAsync<Item>(container, query, null, 3);

        Assert.Equal(40, found.Select(static item => item.id).Distinct().Count());
        Assert.Equal(40, found.Count);
    }

    [Fact]
    public async Task Order_holds_over_pages_of_one_partition_key()
    {
        var container = await NewContainerAsync(30, static _ => "p");

        var found = await ReadByTokenAsync<Item>(container, new QueryDefinition("SELECT * FROM c WHERE c.number < 25 ORDER BY c.number DESC"), P, 4);

        Assert.Equal(Enumerable.Range(0, 25).Reverse(), found.Select(static item => item.number));
    }

    [Fact]
    public async Task Ordered_projection_returns_what_it_selects()
    {
        var container = await NewContainerAsync(10, static number => "key " + number);

        Assert.Equal([9, 8], await ReadAsync<int>(container, "SELECT TOP 2 VALUE c.number FROM c ORDER BY c.number DESC", null));
        var objects = await ReadAsync<JObject>(container, "SELECT c.number, c.nothing FROM c WHERE c.number > 7 ORDER BY c.number", null);
        Assert.Equal(["{\"number\":8}", "{\"number\":9}"], objects.Select(static item => item.ToString(Newtonsoft.Json.Formatting.None)));
    }

    [Theory]
    [InlineData("SELECT TOP 3 * FROM c ORDER BY c.number", new[] { 0, 1, 2 })]
    [InlineData("SELECT * FROM c ORDER BY c.number OFFSET 2 LIMIT 3", new[] { 2, 3, 4 })]
    [InlineData("SELECT * FROM c ORDER BY c.number DESC OFFSET 8 LIMIT 5", new[] { 1, 0 })]
    public async Task Top_offset_and_limit_cut(string query, int[] expected)
    {
        var spread = await NewContainerAsync(10, static number => "key " + number);
        var together = await NewContainerAsync(10, static _ => "p");

        Assert.Equal(expected, (await ReadAsync<Item>(spread, query, null)).Select(static item => item.number));
        Assert.Equal(expected, (await ReadAsync<Item>(together, query, P)).Select(static item => item.number));
        Assert.Equal(expected, (await ReadByTokenAsync<Item>(together, new QueryDefinition(query), P, 2)).Select(static item => item.number));
    }

    [Fact]
    public async Task Count_counts_over_all_ranges()
    {
        var container = await NewContainerAsync(20, static number => "key " + number);

        Assert.Equal([15], await ReadAsync<int>(container, "SELECT VALUE COUNT(1) FROM c WHERE c.number >= 5", null));
        Assert.Equal([1], await ReadAsync<int>(container, "SELECT VALUE COUNT(1) FROM c", new PartitionKey("key 3")));
    }

    [Fact]
    public async Task Pages_are_as_small_as_asked_for()
    {
        var container = await NewContainerAsync(10, static _ => "p");
        var iterator = container.GetItemQueryIterator<Item>("SELECT * FROM c", requestOptions: new QueryRequestOptions { PartitionKey = P, MaxItemCount = 4 });

        var sizes = new List<int>();
        while (iterator.HasMoreResults) sizes.Add((await iterator.ReadNextAsync()).Count);

        Assert.Equal([4, 4, 2], sizes);
    }

    [Fact]
    public async Task Everything_is_read_without_a_query()
    {
        var container = await NewContainerAsync(25, static number => "key " + number);

        var found = await ReadByTokenAsync<Item>(container, null, null, 3);

        Assert.Equal(Enumerable.Range(0, 25), found.Select(static item => item.number).Order());
    }

    [Fact]
    public async Task Feed_ranges_share_the_items()
    {
        var container = await NewContainerAsync(40, static number => "key " + number);
        var ranges = await container.GetFeedRangesAsync();
        var counts = new List<int>();
        foreach (var range in ranges)
        {
            var iterator = container.GetItemQueryIterator<Item>(range, new QueryDefinition("SELECT * FROM c"));
            var count = 0;
            while (iterator.HasMoreResults) count += (await iterator.ReadNextAsync()).Count;
            counts.Add(count);
        }

        Assert.Equal(2, counts.Count);
        Assert.Equal(40, counts.Sum());
        Assert.All(counts, static count => Assert.InRange(count, 8, 32));
    }

    [Fact]
    public async Task Many_items_are_read_at_once()
    {
        var container = await NewContainerAsync(30, static number => "key " + (number % 3));
        var wanted = Enumerable.Range(5, 20).Select(static number => (number.ToString(), new PartitionKey("key " + (number % 3)))).ToList();
        wanted.Add(("nobody", P));

        var found = await container.ReadManyItemsAsync<Item>(wanted);

        Assert.Equal(Enumerable.Range(5, 20), found.Select(static item => item.number).Order());
    }

    [Fact]
    public async Task Client_asks_for_a_plan_unless_the_query_is_of_one_key_and_neither_ordered_nor_counted()
    {
        var container = await NewContainerAsync(3, static _ => "p");

        await ReadAsync<Item>(container, "SELECT * FROM c WHERE c.number > 0", P);
        Assert.Equal(0, emulator.Emulator.Meter.Total(container.Id, CosmosOperation.QueryPlan).Requests);
        await ReadAsync<Item>(container, "SELECT * FROM c ORDER BY c.number", P);
        await ReadAsync<Item>(container, "SELECT * FROM c ORDER BY c.number", P);
        Assert.Equal(2, emulator.Emulator.Meter.Total(container.Id, CosmosOperation.QueryPlan).Requests);
    }

    [Fact]
    public async Task Expired_items_are_not_found()
    {
        var container = await emulator.NewContainerAsync(static properties => properties.DefaultTimeToLive = -1);
        await container.CreateItemAsync(new Item("a", "p") { ttl = 5 }, P);
        await container.CreateItemAsync(new Item("b", "p"), P);

        emulator.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["b"], (await ReadAsync<Item>(container, "SELECT * FROM c", P)).Select(static item => item.id));
    }

    [Fact]
    public async Task Order_by_a_path_outside_the_index_is_refused()
    {
        var container = await emulator.NewContainerAsync(static properties =>
        {
            properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/number/?" });
        });

        Assert.Empty(await ReadAsync<Item>(container, "SELECT * FROM c ORDER BY c.number", P));
        var error = await Assert.ThrowsAsync<CosmosException>(() => ReadAsync<Item>(container, "SELECT * FROM c ORDER BY c.text", P));
        Assert.Equal(HttpStatusCode.BadRequest, error.StatusCode);
    }

    [Theory]
    [InlineData("SELECT * FROM c WHERE")]
    [InlineData("SELECT * FROM c JOIN d IN c.list")]
    [InlineData("SELECT DISTINCT c.pk FROM c")]
    [InlineData("SELECT * FROM c WHERE other.number = 1")]
    [InlineData("SELECT * FROM c WHERE c.number = @missing")]
    [InlineData("SELECT * FROM c WHERE UNKNOWN(c.number)")]
    public async Task Query_that_is_not_understood_is_refused(string query)
    {
        var container = await NewContainerAsync(1, static _ => "p");

        var error = await Assert.ThrowsAsync<CosmosException>(() => ReadAsync<JObject>(container, query, null));

        Assert.Equal(HttpStatusCode.BadRequest, error.StatusCode);
    }

    [Fact]
    public async Task Condition_outside_the_index_costs_a_scan()
    {
        var indexed = await NewContainerAsync(20, static _ => "p");
        var bare = await emulator.NewContainerAsync(static properties => properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" }));
        for (var number = 0; number < 20; number++)
            await bare.CreateItemAsync(new Item(number.ToString(), "p") { number = number }, P);

        Assert.True(await ChargeAsync(bare) > await ChargeAsync(indexed));
        Assert.InRange(await ChargeAsync(indexed), RequestChargesLeast, RequestChargesLeast + 0.1);
    }

    private const double RequestChargesLeast = RequestCharges.LeastQuery;

    private static async Task<double> ChargeAsync(Container container)
    {
        var iterator = container.GetItemQueryIterator<Item>("SELECT * FROM c WHERE c.number = 3", requestOptions: new QueryRequestOptions { PartitionKey = P });
        return (await iterator.ReadNextAsync()).RequestCharge;
    }

    private async Task<Container> NewContainerAsync(int items, Func<int, string> keyOf)
    {
        var container = await emulator.NewContainerAsync();
        for (var number = 0; number < items; number++)
        {
            var item = new Item(number.ToString(), keyOf(number)) { number = number, text = (number % 2 == 0 ? "even " : "odd ") + number };
            await container.CreateItemAsync(item, new PartitionKey(item.pk));
        }

        return container;
    }

    private static Task<List<T>> ReadAsync<T>(Container container, string query, PartitionKey? key) => ReadAsync<T>(container, new QueryDefinition(query), key);

    private static async Task<List<T>> ReadAsync<T>(Container container, QueryDefinition query, PartitionKey? key)
    {
        var found = new List<T>();
        using var iterator = container.GetItemQueryIterator<T>(query, requestOptions: new QueryRequestOptions { PartitionKey = key });
        while (iterator.HasMoreResults) found.AddRange(await iterator.ReadNextAsync());
        return found;
    }

    /// <summary>Every page by an iterator of its own, as processes do that hand continuation tokens to their callers.</summary>
    private static async Task<List<T>> ReadByTokenAsync<T>(Container container, QueryDefinition? query, PartitionKey? key, int pageSize)
    {
        var found = new List<T>();
        string? token = null;
        do
        {
            using var iterator = container.GetItemQueryIterator<T>(query, token, new QueryRequestOptions { PartitionKey = key, MaxItemCount = pageSize });
            var page = await iterator.ReadNextAsync();
            Assert.True(page.Count <= pageSize);
            found.AddRange(page);
            token = page.ContinuationToken;
        }
        while (token is not null);

        return found;
    }
}
