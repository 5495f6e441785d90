using System.Text;
using Signals.Engine.Interventions;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every store of webhooks does.</summary>
public abstract class WebhookStoreCompliance
{
    private static readonly WebhookDefinition Crm = new()
    {
        Name = "crm",
        Description = "The customer database",
        Url = new Uri("https://crm.example/hooks?source=signals"),
        Secret = "0123456789abcdef",
        Interventions = ["cart_help", "survey"],
        TargetAttributeKeys = ["user_id"],
        MaxAttempts = 3,
        IsPublished = true,
    };

    private static readonly InterventionTarget Ann = new("user_id", "ann");

    protected ManualTime Time { get; } = new();

    protected abstract IWebhookStore Store { get; }

    protected abstract IInterventionOutbox Outbox { get; }

    [Fact]
    public async Task Every_member_of_a_webhook_comes_back()
    {
        var plain = new WebhookDefinition { Name = "a", Url = new Uri("https://a.example/"), Secret = "0123456789abcdef" };
        Assert.True(await Store.TryAddAsync(Crm, default));
        Assert.True(await Store.TryAddAsync(plain, default));

        var webhooks = await Store.ListAsync(default);

        Assert.Equal(["a", "crm"], webhooks.Select(webhook => webhook.Definition.Name));
        AssertEqual(plain, webhooks[0].Definition);
        AssertEqual(Crm, webhooks[1].Definition);
    }

    [Fact]
    public async Task There_is_one_webhook_per_name()
    {
        Assert.False(await Store.TryReplaceAsync(Crm, default));
        Assert.True(await Store.TryAddAsync(Crm, default));
        Assert.False(await Store.TryAddAsync(Crm with { Url = new Uri("https://other.example/") }, default));
        Assert.True(await Store.TryReplaceAsync(Crm with { MaxAttempts = 5 }, default));

        AssertEqual(Crm with { MaxAttempts = 5 }, (await Store.ListAsync(default)).Single().Definition);
        Assert.True(await Store.TryRemoveAsync("crm", default));
        Assert.False(await Store.TryRemoveAsync("crm", default));
        Assert.Empty(await Store.ListAsync(default));
    }

    [Fact]
    public async Task A_webhook_follows_from_the_end_when_it_is_made_and_when_it_is_published()
    {
        await Append(2);
        await Store.TryAddAsync(Crm, default);
        Assert.Equal(2, await CursorAsync());

        await Append(3);
        await Store.TryReplaceAsync(Crm with { MaxAttempts = 5 }, default);
        Assert.Equal(2, await CursorAsync());

        await Store.TryReplaceAsync(Crm with { IsPublished = false }, default);
        Assert.Equal(2, await CursorAsync());
        await Store.TryReplaceAsync(Crm, default);
        Assert.Equal(5, await CursorAsync());
    }

    [Fact]
    public async Task Queued_deliveries_are_due_in_order_and_queued_once()
    {
        await Store.TryAddAsync(Crm, default);
        var expiring = Delivery(2) with { ExpiresAt = Time.GetUtcNow().AddMinutes(1) };
        await Store.QueueAsync("crm", 4, [Delivery(1), expiring], default);
        await Store.QueueAsync("crm", 4, [Delivery(1), Delivery(3)], default);
        await Store.QueueAsync("crm", 3, [Delivery(3)], default);
        await Store.QueueAsync("unknown", 4, [Delivery(1)], default);

        var due = await Store.ReadDueAsync("crm", 10, default);

        Assert.Equal([1, 2], due.Select(delivery => delivery.Sequence));
        Assert.Equal([Ann, Ann], due.Select(delivery => delivery.Target));
        Assert.Equal("{\"sequence\":1}", Encoding.UTF8.GetString(due[0].Body.Span));
        Assert.Equal([null, expiring.ExpiresAt], due.Select(delivery => delivery.ExpiresAt));
        Assert.Equal(4, await CursorAsync());
        Assert.Single(await Store.ReadDueAsync("crm", 1, default));
        Assert.Empty(await Store.ReadDueAsync("unknown", 10, default));
    }

    [Fact]
    public async Task A_failed_delivery_is_due_again_later_and_a_completed_one_never()
    {
        await Store.TryAddAsync(Crm, default);
        await Store.QueueAsync("crm", 2, [Delivery(1), Delivery(2)], default);
        var later = Time.GetUtcNow().AddSeconds(10);

        await Store.FailAsync("crm", 1, "status 500", later, default);
        await Store.CompleteAsync("crm", 2, default);

        Assert.Empty(await Store.ReadDueAsync("crm", 10, default));
        Assert.Equal(later, await Store.ReadNextDueAsync("crm", default));
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await Store.ReadDueAsync("crm", 10, default)).Single().Attempts);
        await Store.CompleteAsync("crm", 1, default);
        Assert.Null(await Store.ReadNextDueAsync("crm", default));
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_can_be_retried()
    {
        await Store.TryAddAsync(Crm, default);
        await Store.QueueAsync("crm", 3, [Delivery(1), Delivery(2), Delivery(3)], default);
        foreach (var sequence in new[] { 1, 2, 3 })
            await Store.FailAsync("crm", sequence, new string('x', 5000), null, default);

        var letters = await Store.ReadDeadLettersAsync("crm", 2, default);
        Assert.Equal([3, 2], letters.Select(letter => letter.Delivery.Sequence));
        Assert.Equal((1, 1000, Time.GetUtcNow()), (letters[0].Delivery.Attempts, letters[0].Error.Length, letters[0].FailedAt));
        Assert.Null(await Store.ReadNextDueAsync("crm", default));

        Assert.Equal(1, await Store.RetryDeadLettersAsync("crm", [2, 7], default));
        Assert.Equal((2, 0), (await Store.ReadDueAsync("crm", 10, default)).Select(delivery => (delivery.Sequence, delivery.Attempts)).Single());
        Assert.Equal(2, await Store.RetryDeadLettersAsync("crm", null, default));
        Assert.Empty(await Store.ReadDeadLettersAsync("crm", 10, default));
        Assert.Equal(3, (await Store.ReadDueAsync("crm", 10, default)).Count);
    }

    [Fact]
    public async Task What_waits_is_bounded_and_so_are_dead_letters()
    {
        await Store.TryAddAsync(Crm, default);
        const int tooMany = IWebhookStore.MaxDeadLetters + 5;
        await Store.QueueAsync("crm", 1, [.. Enumerable.Range(1, IWebhookStore.MaxWaiting - 1).Select(Delivery)], default);
        await Store.QueueAsync("crm", 2, [.. Enumerable.Range(IWebhookStore.MaxWaiting, tooMany + 1).Select(Delivery)], default);

        Assert.Equal(IWebhookStore.MaxWaiting, (await Store.ReadDueAsync("crm", int.MaxValue, default)).Count);
        var letters = await Store.ReadDeadLettersAsync("crm", int.MaxValue, default);
        Assert.Equal(IWebhookStore.MaxDeadLetters, letters.Count);
        Assert.Equal(IWebhookStore.MaxWaiting + tooMany, letters[0].Delivery.Sequence);
        Assert.Contains("waiting already", letters[0].Error);
    }

    [Fact]
    public async Task What_waits_for_a_webhook_goes_with_it()
    {
        await Store.TryAddAsync(Crm, default);
        await Store.TryAddAsync(Crm with { Name = "other" }, default);
        await Store.QueueAsync("crm", 1, [Delivery(1)], default);
        await Store.QueueAsync("other", 1, [Delivery(1)], default);

        await Store.TryRemoveAsync("crm", default);

        Assert.Empty(await Store.ReadDueAsync("crm", 10, default));
        Assert.Single(await Store.ReadDueAsync("other", 10, default));
    }

    [Fact]
    public async Task What_waits_for_a_person_can_be_forgotten()
    {
        await Store.TryAddAsync(Crm, default);
        var bob = new InterventionTarget("user_id", "8C9104E3-c300-4b20-82f2-93b7fa0b8feb");
        await Store.QueueAsync("crm", 3, [Delivery(1), Delivery(2) with { Target = bob }, Delivery(3) with { Target = bob }], default);
        await Store.FailAsync("crm", 3, "status 500", null, default);

        Assert.Equal(0, await Store.ForgetAsync(new InterventionTarget("user_id", "Ann"), default));
        Assert.Equal(2, await Store.ForgetAsync(new InterventionTarget("user_id", bob.Identifier.ToLowerInvariant()), default));

        Assert.Equal([1], (await Store.ReadDueAsync("crm", 10, default)).Select(delivery => delivery.Sequence));
        Assert.Empty(await Store.ReadDeadLettersAsync("crm", 10, default));
    }

    private static WebhookDelivery Delivery(int sequence) => new(sequence, Ann, Encoding.UTF8.GetBytes($"{{\"sequence\":{sequence}}}"), null, 0);

    private static void AssertEqual(WebhookDefinition expected, WebhookDefinition actual)
    {
        Assert.Equal(expected.Interventions, actual.Interventions);
        Assert.Equal(expected.TargetAttributeKeys, actual.TargetAttributeKeys);
        Assert.Equal(expected with { Interventions = actual.Interventions, TargetAttributeKeys = actual.TargetAttributeKeys }, actual);
    }

    private async Task<long> CursorAsync() => (await Store.ListAsync(default)).Single().Cursor;

    private async Task Append(int messages) =>
        await Outbox.AppendAsync([.. Enumerable.Range(0, messages).Select(_ => new InterventionMessage
        {
            InterventionId = Guid.NewGuid(),
            Name = "cart_help",
            Version = 1,
            Attributes = new Dictionary<string, string>(),
            Target = new InterventionTarget("user_id", "ann"),
            DecidedAt = Time.GetUtcNow(),
        })], default);
}
