using System.Net;
using Azure.Core;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using Signals.CosmosEmulator;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Emulator;

/// <summary>The account, its databases, containers, ranges and throughput, through the SDK.</summary>
public sealed class AccountTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly PartitionKey Key = new("p");

    [Fact]
    public async Task Database_and_container_are_created_once()
    {
        var first = await emulator.Client.CreateDatabaseIfNotExistsAsync("once");
        var second = await emulator.Client.CreateDatabaseIfNotExistsAsync("once");
        var created = await first.Database.CreateContainerIfNotExistsAsync(new ContainerProperties("c", "/pk") { DefaultTimeToLive = 60 });
        var found = await second.Database.CreateContainerIfNotExistsAsync(new ContainerProperties("c", "/pk"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (created.StatusCode, found.StatusCode));
        Assert.Equal((60, "/pk"), (found.Resource.DefaultTimeToLive, found.Resource.PartitionKeyPath));
    }

    [Fact]
    public async Task Containers_are_listed_and_deleted()
    {
        Database database = await emulator.Client.CreateDatabaseIfNotExistsAsync("listed");
        await database.CreateContainerAsync("one", "/pk");
        await database.CreateContainerAsync("two", "/pk");
        await database.GetContainer("one").DeleteContainerAsync();

        using var iterator = database.GetContainerQueryIterator<ContainerProperties>();
        Assert.Equal(["two"], (await iterator.ReadNextAsync()).Select(static container => container.Id));
        await Assert.ThrowsAsync<CosmosException>(() => database.GetContainer("one").ReadItemAsync<Item>("a", Key));
    }

    [Fact]
    public async Task Replaced_container_lets_items_expire()
    {
        var container = await emulator.NewContainerAsync();
        var properties = (await container.ReadContainerAsync()).Resource;
        properties.DefaultTimeToLive = 5;
        await container.ReplaceContainerAsync(properties);

        await container.CreateItemAsync(new Item("a", "p"), Key);
        emulator.Time.Advance(TimeSpan.FromSeconds(5));

        using var read = await container.ReadItemStreamAsync("a", Key);
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    [Fact]
    public async Task Throughput_is_read_and_replaced()
    {
        var properties = new ContainerProperties("autoscaled", "/pk");
        Container container = await emulator.Database.CreateContainerAsync(properties, ThroughputProperties.CreateAutoscaleThroughput(4000));

        Assert.Equal(4000, (await container.ReadThroughputAsync(new RequestOptions())).Resource.AutoscaleMaxThroughput);
        await container.ReplaceThroughputAsync(ThroughputProperties.CreateAutoscaleThroughput(6000));
        Assert.Equal(6000, (await container.ReadThroughputAsync(new RequestOptions())).Resource.AutoscaleMaxThroughput);
    }

    [Fact]
    public async Task Spent_throughput_is_refused_until_the_next_second()
    {
        var time = new ManualTime();
        await using var limited = new EmulatedCosmos(new CosmosEmulatorOptions { Clock = time, EnforceThroughput = true, RangesPerContainer = 1 });
        using var client = NewClient(limited, static options => options.MaxRetryAttemptsOnRateLimitedRequests = 0);
        Database database = await client.CreateDatabaseAsync("test");
        Container container = await database.CreateContainerAsync(new ContainerProperties("c", "/pk"), 400);

        var written = 0;
        while ((await container.UpsertItemStreamAsync(Stream(new Item("a", "p")), Key)).IsSuccessStatusCode) written++;
        using var refused = await container.ReadItemStreamAsync("a", Key);
        time.Advance(TimeSpan.FromMilliseconds(double.Parse(refused.Headers["x-ms-retry-after-ms"])));
        using var read = await container.ReadItemStreamAsync("a", Key);

        Assert.InRange(written, 25, 40);
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (refused.StatusCode, read.StatusCode));
        Assert.Equal("1000", refused.Headers["x-ms-retry-after-ms"]);
    }

    [Theory]
    [InlineData("Session", null, 1)]
    [InlineData("BoundedStaleness", null, 2)]
    [InlineData("Strong", null, 2)]
    [InlineData("Strong", ConsistencyLevel.Eventual, 1)]
    public async Task Strongly_consistent_reads_cost_double(string account, ConsistencyLevel? request, double charge)
    {
        await using var consistent = new EmulatedCosmos(new CosmosEmulatorOptions { Consistency = account });
        using var client = NewClient(consistent);
        Database database = await client.CreateDatabaseAsync("test");
        Container container = await database.CreateContainerAsync(new ContainerProperties("c", "/pk"));
        await container.CreateItemAsync(new Item("a", "p"), Key);

        var read = await container.ReadItemAsync<Item>("a", Key, new ItemRequestOptions { ConsistencyLevel = request });

        Assert.Equal(charge, read.RequestCharge);
    }

    [Fact]
    public async Task Items_are_in_the_range_in_which_the_client_computes_them_to_be()
    {
        await using var divided = new EmulatedCosmos(new CosmosEmulatorOptions { RangesPerContainer = 16 });
        using var client = NewClient(divided);
        Database database = await client.CreateDatabaseAsync("test");
        Container container = await database.CreateContainerAsync(new ContainerProperties("c", "/pk"));
        var keys = new List<PartitionKey> { new(true), new(false), PartitionKey.Null, PartitionKey.None, new(0), new(-1.5), new(1e300), new("") };
        keys.AddRange(Enumerable.Range(0, 200).Select(static number => new PartitionKey(number)));
        keys.AddRange(Enumerable.Range(0, 200).Select(static number => new PartitionKey(new string('ä', number) + number)));

        for (var number = 0; number < keys.Count; number++)
            await container.CreateItemAsync(ItemOf(keys[number], number), keys[number]);
        var found = await container.ReadManyItemsAsync<JObject>([.. keys.Select(static (key, number) => (number.ToString(), key))]);

        Assert.Equal(keys.Count, found.Count);
        Assert.True(divided.Meter.Total("c", CosmosOperation.Query).Requests >= 16);
        Assert.Equal(0, divided.Meter.Total("c", CosmosOperation.ReadItem).Requests);
    }

    [Fact]
    public async Task Identities_are_taken_in_place_of_the_key()
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true };
        options.HttpClientFactory = () => new HttpClient(emulator.Emulator.CreateHandler());
        using var client = new CosmosClient(emulator.Emulator.Endpoint.AbsoluteUri, new AnyToken(), options);

        Assert.Equal("test", (await client.GetDatabase("test").ReadAsync()).Resource.Id);
    }

    [Fact]
    public async Task Request_without_authorization_is_refused()
    {
        using var http = new HttpClient(emulator.Emulator.CreateHandler());

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(emulator.Emulator.Endpoint)).StatusCode);
    }

    [Fact]
    public async Task Writers_that_compare_etags_lose_no_increment()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
                if (await TryIncrementAsync(container)) done++;
        })));

        Assert.Equal(100, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
    }

    [Fact]
    public async Task Account_that_is_full_refuses_writes_until_something_is_deleted()
    {
        await using var small = new EmulatedCosmos(new CosmosEmulatorOptions { MaximumBytes = 10_000 });
        using var client = NewClient(small);
        Database database = await client.CreateDatabaseAsync("test");
        Container container = await database.CreateContainerAsync(new ContainerProperties("c", "/pk"));
        await container.CreateItemAsync(new Item("a", "p") { text = new string('x', 10_000) }, Key);

        using var refused = await container.CreateItemStreamAsync(Stream(new Item("b", "p")), Key);
        await container.DeleteItemAsync<Item>("a", Key);
        using var written = await container.CreateItemStreamAsync(Stream(new Item("b", "p")), Key);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Created), (refused.StatusCode, written.StatusCode));
    }

    private static async Task<bool> TryIncrementAsync(Container container)
    {
        var read = await container.ReadItemAsync<Item>("a", Key);
        var next = read.Resource with { number = read.Resource.number + 1 };
        using var written = await container.ReplaceItemStreamAsync(Stream(next), "a", Key, new ItemRequestOptions { IfMatchEtag = read.ETag });
        return written.IsSuccessStatusCode;
    }

    private static JObject ItemOf(PartitionKey key, int number)
    {
        var item = new JObject { ["id"] = number.ToString() };
        if (key != PartitionKey.None) item["pk"] = JArray.Parse(key.ToString())[0];
        return item;
    }

    private static MemoryStream Stream(Item item) => new(System.Text.Encoding.UTF8.GetBytes(Newtonsoft.Json.JsonConvert.SerializeObject(item)));

    private static CosmosClient NewClient(EmulatedCosmos emulated, Action<CosmosClientOptions>? change = null)
    {
        var options = new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, LimitToEndpoint = true };
        options.HttpClientFactory = () => new HttpClient(emulated.CreateHandler());
        change?.Invoke(options);
        return new CosmosClient(emulated.Endpoint.AbsoluteUri, EmulatedCosmos.WellKnownKey, options);
    }

    private sealed class AnyToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("any", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
