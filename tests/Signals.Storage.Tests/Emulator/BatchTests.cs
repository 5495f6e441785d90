using System.Net;
using Microsoft.Azure.Cosmos;

namespace Signals.Storage.Tests.Emulator;

/// <summary>Transactional batches, through the SDK.</summary>
public sealed class BatchTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly PartitionKey Key = new("p");

    [Fact]
    public async Task Batch_does_every_kind_of_operation()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("old", "p") { number = 1 }, Key);
        await container.CreateItemAsync(new Item("gone", "p"), Key);

        using var response = await container.CreateTransactionalBatch(Key)
            .CreateItem(new Item("new", "p"))
            .UpsertItem(new Item("upserted", "p"))
            .ReplaceItem("old", new Item("old", "p") { number = 2 })
            .PatchItem("old", [PatchOperation.Increment("/number", 5)])
            .ReadItem("old")
            .DeleteItem("gone")
            .ExecuteAsync();

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NoContent],
            response.Select(result => result.StatusCode));
        Assert.Equal(7, response.GetOperationResultAtIndex<Item>(4).Resource.number);
        Assert.Equal(response[3].ETag, response[4].ETag);
        Assert.Equal(7, (await container.ReadItemAsync<Item>("old", Key)).Resource.number);
        Assert.Equal(HttpStatusCode.NotFound, (await container.ReadItemStreamAsync("gone", Key)).StatusCode);
        Assert.True(response.RequestCharge > 20);
    }

    [Fact]
    public async Task Failed_operation_undoes_the_whole_batch()
    {
        var container = await emulator.NewContainerAsync();
        var etag = (await container.CreateItemAsync(new Item("a", "p") { number = 1 }, Key)).ETag;

        using var response = await container.CreateTransactionalBatch(Key)
            .ReplaceItem("a", new Item("a", "p") { number = 2 }, new TransactionalBatchItemRequestOptions { IfMatchEtag = etag })
            .ReplaceItem("a", new Item("a", "p") { number = 3 }, new TransactionalBatchItemRequestOptions { IfMatchEtag = etag })
            .CreateItem(new Item("b", "p"))
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        Assert.Equal(
            [HttpStatusCode.FailedDependency, HttpStatusCode.PreconditionFailed, HttpStatusCode.FailedDependency],
            response.Select(result => result.StatusCode));
        var kept = await container.ReadItemAsync<Item>("a", Key);
        Assert.Equal((1, etag), (kept.Resource.number, kept.ETag));
        Assert.Equal(HttpStatusCode.NotFound, (await container.ReadItemStreamAsync("b", Key)).StatusCode);
    }

    [Fact]
    public async Task Hundred_operations_fit_and_one_more_does_not()
    {
        var container = await emulator.NewContainerAsync();
        var batch = container.CreateTransactionalBatch(Key);
        var larger = container.CreateTransactionalBatch(Key);
        for (var number = 0; number < 100; number++)
        {
            batch.CreateItem(new Item("a" + number, "p"));
            larger.CreateItem(new Item("b" + number, "p"));
        }

        Assert.Equal(HttpStatusCode.OK, (await batch.ExecuteAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await larger.CreateItem(new Item("b100", "p")).ExecuteAsync()).StatusCode);
    }

    [Fact]
    public async Task Batch_above_two_megabytes_is_refused()
    {
        var container = await emulator.NewContainerAsync();

        using var response = await container.CreateTransactionalBatch(Key)
            .CreateItem(new Item("a", "p") { text = new string('x', 1_100_000) })
            .CreateItem(new Item("b", "p") { text = new string('x', 1_100_000) })
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}
