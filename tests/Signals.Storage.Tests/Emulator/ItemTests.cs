using System.Net;
using Microsoft.Azure.Cosmos;

namespace Signals.Storage.Tests.Emulator;

/// <summary>Items one by one, through the SDK.</summary>
public sealed class ItemTests(EmulatorFixture emulator) : IClassFixture<EmulatorFixture>
{
    private static readonly PartitionKey Key = new("p");

    [Fact]
    public async Task Created_item_is_read_back_with_its_etag()
    {
        var container = await emulator.NewContainerAsync();

        var created = await container.CreateItemAsync(new Item("a", "p") { text = "größer" }, Key);
        var read = await container.ReadItemAsync<Item>("a", Key);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("größer", read.Resource.text);
        Assert.Equal(created.ETag, read.ETag);
        Assert.NotEmpty(read.Headers.Session);
    }

    [Fact]
    public async Task Item_of_another_partition_key_is_another_item()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p") { number = 1 }, Key);
        await container.CreateItemAsync(new Item("a", "q") { number = 2 }, new PartitionKey("q"));

        Assert.Equal(1, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
        Assert.Equal(2, (await container.ReadItemAsync<Item>("a", new PartitionKey("q"))).Resource.number);
    }

    [Fact]
    public async Task Missing_item_is_not_found()
    {
        var container = await emulator.NewContainerAsync();

        await AssertStatus(HttpStatusCode.NotFound, container.ReadItemAsync<Item>("a", Key));
        await AssertStatus(HttpStatusCode.NotFound, container.ReplaceItemAsync(new Item("a", "p"), "a", Key));
        await AssertStatus(HttpStatusCode.NotFound, container.DeleteItemAsync<Item>("a", Key));
        await AssertStatus(HttpStatusCode.NotFound, container.PatchItemAsync<Item>("a", Key, [PatchOperation.Set("/number", 1)]));
    }

    [Fact]
    public async Task Second_creation_conflicts()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);

        await AssertStatus(HttpStatusCode.Conflict, container.CreateItemAsync(new Item("a", "p"), Key));
    }

    [Fact]
    public async Task Upsert_creates_and_then_replaces()
    {
        var container = await emulator.NewContainerAsync();

        Assert.Equal(HttpStatusCode.Created, (await container.UpsertItemAsync(new Item("a", "p"), Key)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await container.UpsertItemAsync(new Item("a", "p") { number = 2 }, Key)).StatusCode);
        Assert.Equal(2, (await container.ReadItemAsync<Item>("a", Key)).Resource.number);
    }

    [Fact]
    public async Task Write_under_an_old_etag_is_refused()
    {
        var container = await emulator.NewContainerAsync();
        var old = (await container.CreateItemAsync(new Item("a", "p"), Key)).ETag;
        var current = (await container.ReplaceItemAsync(new Item("a", "p"), "a", Key)).ETag;
        var underOld = new ItemRequestOptions { IfMatchEtag = old };

        await AssertStatus(HttpStatusCode.PreconditionFailed, container.ReplaceItemAsync(new Item("a", "p"), "a", Key, underOld));
        await AssertStatus(HttpStatusCode.PreconditionFailed, container.UpsertItemAsync(new Item("a", "p"), Key, underOld));
        await AssertStatus(HttpStatusCode.PreconditionFailed, container.DeleteItemAsync<Item>("a", Key, underOld));
        var written = await container.ReplaceItemAsync(new Item("a", "p"), "a", Key, new ItemRequestOptions { IfMatchEtag = current });
        Assert.NotEqual(current, written.ETag);
    }

    [Fact]
    public async Task Read_of_a_known_version_is_not_modified()
    {
        var container = await emulator.NewContainerAsync();
        var etag = (await container.CreateItemAsync(new Item("a", "p"), Key)).ETag;

        using var response = await container.ReadItemStreamAsync("a", Key, new ItemRequestOptions { IfNoneMatchEtag = etag });

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.Equal(1, response.Headers.RequestCharge);
    }

    [Fact]
    public async Task Deleted_item_can_be_created_again()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p"), Key);

        await container.DeleteItemAsync<Item>("a", Key);

        await AssertStatus(HttpStatusCode.NotFound, container.ReadItemAsync<Item>("a", Key));
        await container.CreateItemAsync(new Item("a", "p"), Key);
    }

    [Fact]
    public async Task Write_without_content_answers_no_body()
    {
        var container = await emulator.NewContainerAsync();

        var created = await container.CreateItemAsync(new Item("a", "p"), Key, new ItemRequestOptions { EnableContentResponseOnWrite = false });

        Assert.Null(created.Resource);
        Assert.NotEmpty(created.ETag);
    }

    [Fact]
    public async Task Patch_changes_what_it_names()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p") { number = 1, text = "old" }, Key);

        var patched = await container.PatchItemAsync<Item>("a", Key, [PatchOperation.Increment("/number", 4), PatchOperation.Set("/text", "new")]);

        Assert.Equal(new Item("a", "p") { number = 5, text = "new" }, patched.Resource);
    }

    [Fact]
    public async Task Patch_is_refused_where_its_condition_does_not_hold()
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item("a", "p") { number = 1 }, Key);
        var whenTwo = new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.number = 2" };
        var whenOne = new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.number = 1" };

        await AssertStatus(HttpStatusCode.PreconditionFailed, container.PatchItemAsync<Item>("a", Key, [PatchOperation.Set("/number", 5)], whenTwo));
        var patched = await container.PatchItemAsync<Item>("a", Key, [PatchOperation.Set("/number", 5)], whenOne);

        Assert.Equal(5, patched.Resource.number);
    }

    [Fact]
    public async Task Partition_key_above_two_kilobytes_is_refused()
    {
        var container = await emulator.NewContainerAsync();
        var fits = new string('k', 2048);

        await container.CreateItemAsync(new Item("a", fits), new PartitionKey(fits));
        await AssertStatus(HttpStatusCode.BadRequest, container.CreateItemAsync(new Item("a", fits + "k"), new PartitionKey(fits + "k")));
    }

    [Fact]
    public async Task Partition_key_in_the_body_must_be_that_of_the_request()
    {
        var container = await emulator.NewContainerAsync();

        await AssertStatus(HttpStatusCode.BadRequest, container.CreateItemAsync(new Item("a", "q"), Key));
    }

    [Fact]
    public async Task Item_above_two_megabytes_is_refused()
    {
        var container = await emulator.NewContainerAsync();

        await container.CreateItemAsync(new Item("fits", "p") { text = new string('x', 2_000_000) }, Key);
        await AssertStatus(HttpStatusCode.RequestEntityTooLarge, container.CreateItemAsync(new Item("a", "p") { text = new string('x', 2_100_000) }, Key));
    }

    [Fact]
    public async Task Charges_grow_with_size()
    {
        var container = await emulator.NewContainerAsync(static properties =>
        {
            properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        });

        var small = await container.CreateItemAsync(new Item("small", "p"), Key);
        var large = await container.CreateItemAsync(new Item("large", "p") { text = new string('x', 100 * 1024) }, Key);

        Assert.Equal(5.5, small.RequestCharge);
        Assert.InRange(large.RequestCharge, 50, 51);
        Assert.Equal(11, (await container.ReplaceItemAsync(new Item("small", "p"), "small", Key)).RequestCharge);
        Assert.Equal(11, (await container.UpsertItemAsync(new Item("small", "p"), Key)).RequestCharge);
        Assert.Equal(5.5, (await container.UpsertItemAsync(new Item("new", "p"), Key)).RequestCharge);
        Assert.Equal(1, (await container.ReadItemAsync<Item>("small", Key)).RequestCharge);
        Assert.InRange((await container.ReadItemAsync<Item>("large", Key)).RequestCharge, 10, 10.2);
    }

    [Fact]
    public async Task Item_expires_by_its_own_time_to_live()
    {
        var container = await emulator.NewContainerAsync(static properties => properties.DefaultTimeToLive = -1);
        await container.CreateItemAsync(new Item("brief", "p") { ttl = 10 }, Key);
        await container.CreateItemAsync(new Item("lasting", "p"), Key);

        emulator.Time.Advance(TimeSpan.FromSeconds(9));
        await container.ReadItemAsync<Item>("brief", Key);
        emulator.Time.Advance(TimeSpan.FromSeconds(1));

        await AssertStatus(HttpStatusCode.NotFound, container.ReadItemAsync<Item>("brief", Key));
        await container.ReadItemAsync<Item>("lasting", Key);
        Assert.Equal(HttpStatusCode.Created, (await container.UpsertItemAsync(new Item("brief", "p"), Key)).StatusCode);
    }

    [Fact]
    public async Task Item_expires_by_the_time_to_live_of_its_container_counted_from_its_last_write()
    {
        var container = await emulator.NewContainerAsync(static properties => properties.DefaultTimeToLive = 10);
        await container.CreateItemAsync(new Item("a", "p"), Key);
        await container.CreateItemAsync(new Item("for ever", "p") { ttl = -1 }, Key);

        emulator.Time.Advance(TimeSpan.FromSeconds(8));
        await container.UpsertItemAsync(new Item("a", "p"), Key);
        emulator.Time.Advance(TimeSpan.FromSeconds(8));
        await container.ReadItemAsync<Item>("a", Key);
        emulator.Time.Advance(TimeSpan.FromSeconds(2));

        await AssertStatus(HttpStatusCode.NotFound, container.ReadItemAsync<Item>("a", Key));
        await container.ReadItemAsync<Item>("for ever", Key);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("100%")]
    [InlineData("äß:+&=")]
    [InlineData("$decisions")]
    public async Task Ids_survive_the_address(string id)
    {
        var container = await emulator.NewContainerAsync();
        await container.CreateItemAsync(new Item(id, "p"), Key);

        Assert.Equal(id, (await container.ReadItemAsync<Item>(id, Key)).Resource.id);
    }

    private static async Task AssertStatus(HttpStatusCode expected, Task operation) =>
        Assert.Equal(expected, (await Assert.ThrowsAnyAsync<CosmosException>(() => operation)).StatusCode);
}
