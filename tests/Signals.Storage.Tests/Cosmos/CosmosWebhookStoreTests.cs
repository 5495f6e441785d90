using System.Text;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosWebhookStoreTests : WebhookStoreCompliance, IAsyncLifetime
{
    private static readonly WebhookDefinition Shop = new()
    {
        Name = "shop",
        Url = new Uri("https://shop.example/"),
        Secret = "0123456789abcdef",
        IsPublished = true,
    };

    private TemporaryCosmos _cosmos = null!;
    private IInterventionOutbox _outbox = null!;
    private IWebhookStore _store = null!;

    protected override IWebhookStore Store => _store;

    protected override IInterventionOutbox Outbox => _outbox;

    public async Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(Time);
        await _cosmos.CreateAsync();
        _outbox = new CosmosInterventionOutbox(_cosmos.Open(options => options), Time);
        _store = NewProcess();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Body_comes_back_byte_by_byte()
    {
        var body = "{ \"price\" : 250.0, \"big\":12345678901234567890, \"name\":\"\\u00c5se \u00c5 \\\"\\ud83d\\ude00\" }";
        await Store.TryAddAsync(Shop, default);

        await Store.QueueAsync("shop", 1, [Delivery(1) with { Body = Encoding.UTF8.GetBytes(body) }], default);

        Assert.Equal(body, Encoding.UTF8.GetString((await NewProcess().ReadDueAsync("shop", 1, default))[0].Body.Span));
    }

    [Fact]
    public async Task Queueing_that_is_interrupted_between_transactions_goes_on_where_it_was()
    {
        await Store.TryAddAsync(Shop, default);
        List<WebhookDelivery> deliveries = [.. Enumerable.Range(1, 250).Select(Delivery)];
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Status(400)) { Container = "webhooks", Operations = [CosmosOperation.Batch], Skip = 1, Count = null });

        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.QueueAsync("shop", 260, deliveries, default));
        Assert.Equal(99, (await Store.ListAsync(default)).Single().Cursor);
        _cosmos.Emulator.Faults.Clear();
        await Store.CompleteAsync("shop", 7, default);
        await NewProcess().QueueAsync("shop", 260, deliveries, default);

        Assert.Equal(260, (await Store.ListAsync(default)).Single().Cursor);
        Assert.Equal(
            Enumerable.Range(1, 250).Where(i => i != 7).Select(i => (long)i),
            (await Store.ReadDueAsync("shop", 1000, default)).Select(delivery => delivery.Sequence).Order());
    }

    [Fact]
    public async Task Queueing_whose_answer_was_lost_is_done_once()
    {
        await Store.TryAddAsync(Shop, default);
        Order(Fault.ReplyLost, CosmosOperation.Batch);

        try
        {
            await Store.QueueAsync("shop", 2, [Delivery(1), Delivery(2)], default);
        }
        catch (Engine.Events.StoreUnavailableException)
        {
            // What the dispatcher does: it tries again.
        }
        await Store.CompleteAsync("shop", 1, default);
        await Store.QueueAsync("shop", 2, [Delivery(1), Delivery(2)], default);

        Assert.Equal([2], (await Store.ReadDueAsync("shop", 10, default)).Select(delivery => delivery.Sequence));
    }

    [Fact]
    public async Task Edit_of_a_webhook_and_queueing_for_it_do_not_undo_each_other()
    {
        await Store.TryAddAsync(Shop, default);
        var edited = Shop with { MaxAttempts = 7 };
        var race = Order(Fault.Meanwhile(async (_, token) => await NewProcess().TryReplaceAsync(edited, token)), CosmosOperation.Batch);

        await Store.QueueAsync("shop", 5, [Delivery(4)], default);

        var webhook = (await Store.ListAsync(default)).Single();
        Assert.Equal((7, 5), (webhook.Definition.MaxAttempts, webhook.Cursor));
        Assert.Single(await Store.ReadDueAsync("shop", 10, default));
        Assert.Equal(1, race.Strikes());
    }

    [Fact]
    public async Task What_is_queued_while_a_webhook_is_removed_does_not_wait_for_the_next_of_its_name()
    {
        await Store.TryAddAsync(Shop, default);
        await Store.QueueAsync("shop", 1, [Delivery(1)], default);
        Order(Fault.Meanwhile(async (_, token) => await NewProcess().QueueAsync("shop", 2, [Delivery(2)], token)), CosmosOperation.DeleteItem);

        Assert.True(await Store.TryRemoveAsync("shop", default));

        Assert.True(await Store.TryAddAsync(Shop, default));
        Assert.Empty(await Store.ReadDueAsync("shop", 10, default));
    }

    [Fact]
    public async Task Removal_that_is_interrupted_leaves_a_webhook_that_can_be_removed()
    {
        await Store.TryAddAsync(Shop, default);
        await Store.QueueAsync("shop", 2, [Delivery(1), Delivery(2)], default);
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Status(400)) { Container = "webhooks", Operations = [CosmosOperation.DeleteItem], Skip = 1, Count = null });

        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.TryRemoveAsync("shop", default));
        _cosmos.Emulator.Faults.Clear();

        Assert.False((await Store.ListAsync(default)).Single().Definition.IsPublished);
        Assert.True(await NewProcess().TryRemoveAsync("shop", default));
        Assert.Empty(await Store.ReadDueAsync("shop", 10, default));
    }

    private IWebhookStore NewProcess() => new CosmosWebhookStore(_cosmos.Open(options => options), _outbox, Time);

    private ActiveFault Order(Fault fault, CosmosOperation operation) =>
        _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Operations = [operation], Container = "webhooks" });

    private static WebhookDelivery Delivery(int sequence) =>
        new(sequence, new InterventionTarget("user_id", "ann"), Encoding.UTF8.GetBytes($"{{\"sequence\":{sequence}}}"), null, 0);
}
