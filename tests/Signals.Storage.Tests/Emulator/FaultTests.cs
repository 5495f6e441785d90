using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;

namespace Signals.Storage.Tests.Emulator;

/// <summary>Faults to order, and what the SDK in gateway mode makes of them: over sockets and in process alike.</summary>
public abstract class FaultTests(EmulatorFixture emulator) : IDisposable
{
    private static readonly PartitionKey Key = new("p");
    private readonly List<CosmosClient> _clients = [];

    protected abstract bool InProcess { get; }

    [Fact]
    public async Task Client_waits_and_tries_again_when_throttled()
    {
        var container = await NewContainerAsync();
        Order(container, Fault.TooManyRequests(TimeSpan.FromMilliseconds(1)), CosmosOperation.CreateItem, count: 3);

        await container.CreateItemAsync(new Item("a", "p"), Key);

        Assert.Equal((4, 3), Requests(container, CosmosOperation.CreateItem));
    }

    [Fact]
    public async Task Client_gives_up_when_throttled_more_often_than_it_may_try()
    {
        var container = await NewContainerAsync(static options => options.MaxRetryAttemptsOnRateLimitedRequests = 2);
        Order(container, Fault.TooManyRequests(TimeSpan.FromMilliseconds(1)), CosmosOperation.ReadItem, count: null);

        var error = await Assert.ThrowsAsync<CosmosException>(() => container.ReadItemAsync<Item>("a", Key));

        Assert.Equal((HttpStatusCode.TooManyRequests, 3200), (error.StatusCode, error.SubStatusCode));
        Assert.Equal(TimeSpan.FromMilliseconds(1), error.RetryAfter);
        Assert.Equal((3, 3), Requests(container, CosmosOperation.ReadItem));
    }

    [Fact]
    public async Task Client_tries_again_when_told_to_retry_with_the_same()
    {
        var container = await NewContainerAsync();
        Order(container, Fault.Status(449), CosmosOperation.CreateItem);

        await container.CreateItemAsync(new Item("a", "p"), Key);

        Assert.Equal((2, 1), Requests(container, CosmosOperation.CreateItem));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Client_of_one_region_leaves_other_failures_to_its_caller(int status)
    {
        var container = await NewContainerAsync();
        Order(container, Fault.Status(status), CosmosOperation.CreateItem);

        var error = await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Item("a", "p"), Key));
        await container.CreateItemAsync(new Item("a", "p"), Key);

        Assert.Equal(status, (int)error.StatusCode);
        Assert.Equal((2, 1), Requests(container, CosmosOperation.CreateItem));
    }

    [Fact]
    public async Task Client_repeats_a_read_whose_connection_broke_but_not_a_write()
    {
        var container = await NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);
        Order(container, Fault.ConnectionReset, CosmosOperation.ReadItem);
        Order(container, Fault.ConnectionReset, CosmosOperation.UpsertItem);

        await container.ReadItemAsync<Item>("a", Key);
        await Assert.ThrowsAsync<HttpRequestException>(() => container.UpsertItemAsync(new Item("a", "p"), Key));

        Assert.Equal((2, 1), Requests(container, CosmosOperation.ReadItem));
        Assert.Equal((1, 1), Requests(container, CosmosOperation.UpsertItem));
    }

    [Fact]
    public async Task Create_whose_reply_was_lost_conflicts_with_itself()
    {
        var container = await NewContainerAsync();
        Order(container, Fault.ReplyLost, CosmosOperation.CreateItem);

        await Assert.ThrowsAsync<HttpRequestException>(() => container.CreateItemAsync(new Item("a", "p") { number = 7 }, Key));
        var again = await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Item("a", "p") { number = 7 }, Key));

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(7, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
    }

    [Fact]
    public async Task Replace_whose_reply_was_replaced_fails_its_own_condition()
    {
        var container = await NewContainerAsync();
        var options = new ItemRequestOptions { IfMatchEtag = (await container.CreateItemAsync(new Item("a", "p"), Key)).ETag };
        Order(container, Fault.ReplyReplaced(503), CosmosOperation.ReplaceItem);

        var lost = await Assert.ThrowsAsync<CosmosException>(() => container.ReplaceItemAsync(new Item("a", "p") { number = 7 }, "a", Key, options));
        var again = await Assert.ThrowsAsync<CosmosException>(() => container.ReplaceItemAsync(new Item("a", "p") { number = 7 }, "a", Key, options));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.PreconditionFailed), (lost.StatusCode, again.StatusCode));
        Assert.Equal(7, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
    }

    [Fact]
    public async Task Batch_whose_reply_was_lost_is_done()
    {
        var container = await NewContainerAsync();
        Order(container, Fault.ReplyLost, CosmosOperation.Batch);

        await Assert.ThrowsAsync<HttpRequestException>(() => container.CreateTransactionalBatch(Key).CreateItem(new Item("a", "p")).ExecuteAsync());

        await container.ReadItemAsync<Item>("a", Key);
    }

    [Fact]
    public async Task Silence_lasts_until_the_caller_gives_up()
    {
        var container = await NewContainerAsync();
        using var giveUp = new CancellationTokenSource();
        var fault = Order(container, Fault.ReplySilent, CosmosOperation.CreateItem);

        var write = container.CreateItemAsync(new Item("a", "p"), Key, cancellationToken: giveUp.Token);
        await fault.FirstStrike.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(write.IsCompleted);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await container.ReadItemAsync<Item>("a", Key);
    }

    [Fact]
    public async Task Race_is_lost_to_someone_who_writes_the_same_item()
    {
        var container = await NewContainerAsync();
        var options = new ItemRequestOptions { IfMatchEtag = (await container.CreateItemAsync(new Item("a", "p") { number = 1 }, Key)).ETag };
        Order(container, Fault.RaceLost, CosmosOperation.ReplaceItem);
        Order(container, Fault.RaceLost, CosmosOperation.CreateItem);

        var replaced = await Assert.ThrowsAsync<CosmosException>(() => container.ReplaceItemAsync(new Item("a", "p"), "a", Key, options));
        var created = await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Item("b", "p"), Key));

        Assert.Equal((HttpStatusCode.PreconditionFailed, HttpStatusCode.Conflict), (replaced.StatusCode, created.StatusCode));
        Assert.Equal(1, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
    }

    [Fact]
    public async Task Replica_that_lags_shows_other_clients_what_was_before()
    {
        var (writer, reader) = await NewContainersAsync();
        await writer.CreateItemAsync(new Item("a", "p") { number = 1 }, Key);
        Order(writer, Fault.StaleRead, CosmosOperation.ReadItem, count: null);

        using var before = await reader.ReadItemStreamAsync("a", Key);
        await writer.ReplaceItemAsync(new Item("a", "p") { number = 2 }, "a", Key);
        var stale = await reader.ReadItemAsync<Item>("a", Key);
        var own = await writer.ReadItemAsync<Item>("a", Key);

        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        Assert.Equal((1, 2), (stale.Resource.number, own.Resource.number));
    }

    [Fact]
    public async Task Something_else_can_happen_meanwhile()
    {
        var container = await NewContainerAsync();
        var options = new ItemRequestOptions { IfMatchEtag = (await container.CreateItemAsync(new Item("a", "p"), Key)).ETag };
        Order(container, Fault.Meanwhile(async (call, token) => await container.DeleteItemAsync<Item>(call.Ids[0], Key, cancellationToken: token)), CosmosOperation.ReplaceItem);

        var error = await Assert.ThrowsAsync<CosmosException>(() => container.ReplaceItemAsync(new Item("a", "p"), "a", Key, options));

        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Order_strikes_only_what_it_names()
    {
        var container = await NewContainerAsync();
        var fault = emulator.Emulator.Faults.Order(new FaultOrder(Fault.Status(503)) { Container = container.Id, IdPrefix = "bad", Skip = 1, Count = 1 });

        await container.CreateItemAsync(new Item("good", "p"), Key);
        await container.CreateItemAsync(new Item("bad 1", "p"), Key);
        await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Item("bad 2", "p"), Key));
        await container.CreateItemAsync(new Item("bad 2", "p"), Key);

        Assert.Equal(1, fault.Strikes());
    }

    [Fact]
    public async Task Share_of_requests_is_struck_the_same_way_for_the_same_seed()
    {
        Assert.Equal(await StruckAsync(seed: 5), await StruckAsync(seed: 5));
        Assert.NotEqual(await StruckAsync(seed: 5), await StruckAsync(seed: 6));
        Assert.InRange((await StruckAsync(seed: 5)).Count(static struck => struck), 5, 35);
    }

    public void Dispose()
    {
        emulator.Emulator.Faults.Clear();
        foreach (var client in _clients) client.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<List<bool>> StruckAsync(ulong seed)
    {
        var container = await NewContainerAsync();
        emulator.Emulator.Faults.Order(new FaultOrder(Fault.Status(503)) { Container = container.Id, Share = 0.3, Seed = seed, Count = null });
        var struck = new List<bool>();
        for (var number = 0; number < 60; number++)
        {
            using var response = await container.ReadItemStreamAsync("a", Key);
            struck.Add(response.StatusCode == HttpStatusCode.ServiceUnavailable);
        }

        return struck;
    }

    private ActiveFault Order(Container container, Fault fault, CosmosOperation operation, int? count = 1) =>
        emulator.Emulator.Faults.Order(new FaultOrder(fault) { Container = container.Id, Operations = [operation], Count = count });

    private (long Requests, long Refused) Requests(Container container, CosmosOperation operation)
    {
        var count = emulator.Emulator.Meter.Total(container.Id, operation);
        return (count.Requests, count.Refused);
    }

    /// <summary>One container by two clients, each with a session of its own.</summary>
    private async Task<(Container First, Container Second)> NewContainersAsync()
    {
        var first = await NewContainerAsync();
        return (first, NewClient(null).GetContainer("test", first.Id));
    }

    private async Task<Container> NewContainerAsync(Action<CosmosClientOptions>? change = null)
    {
        return NewClient(change).GetContainer("test", (await emulator.NewContainerAsync()).Id);
    }

    private CosmosClient NewClient(Action<CosmosClientOptions>? change)
    {
        var client = emulator.NewClient(options =>
        {
            if (InProcess) options.HttpClientFactory = () => new HttpClient(emulator.Emulator.CreateHandler());
            change?.Invoke(options);
        });
        _clients.Add(client);
        return client;
    }
}

public sealed class FaultOverSocketsTests(EmulatorFixture emulator) : FaultTests(emulator), IClassFixture<EmulatorFixture>
{
    private readonly EmulatorFixture _emulator = emulator;

    protected override bool InProcess => false;

    [Fact]
    public async Task Faults_are_ordered_and_counters_read_from_another_process()
    {
        using var http = new HttpClient { BaseAddress = _emulator.Emulator.Endpoint };
        var container = await _emulator.NewContainerAsync();
        var order = new { fault = "Status", status = 503, container = container.Id, operations = new[] { "CreateItem" }, count = 1 };

        Assert.Equal(HttpStatusCode.NoContent, (await http.PostAsJsonAsync("/_faults", order)).StatusCode);
        await Assert.ThrowsAsync<CosmosException>(() => container.CreateItemAsync(new Item("a", "p"), new PartitionKey("p")));
        await container.CreateItemAsync(new Item("a", "p"), new PartitionKey("p"));
        var counters = await http.GetFromJsonAsync<JsonArray>("/_counters");

        var counter = Assert.Single(counters!, counter => counter!["container"]!.GetValue<string>() == container.Id);
        Assert.Equal("CreateItem", counter!["operation"]!.GetValue<string>());
        Assert.Equal((2, 1), (counter["requests"]!.GetValue<int>(), counter["refused"]!.GetValue<int>()));
        Assert.True(counter["requestUnits"]!.GetValue<double>() > 5);
    }

    [Fact]
    public async Task Order_of_an_unknown_fault_is_refused()
    {
        using var http = new HttpClient { BaseAddress = _emulator.Emulator.Endpoint };

        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsJsonAsync("/_faults", new { fault = "Fire" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsJsonAsync("/_faults", new { fault = "Status", colour = "red" })).StatusCode);
    }
}

public sealed class FaultInProcessTests(EmulatorFixture emulator) : FaultTests(emulator), IClassFixture<EmulatorFixture>
{
    protected override bool InProcess => true;
}
