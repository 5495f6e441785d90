using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>What waits to be delivered and what was given up.</summary>
public sealed partial class CosmosWebhookStore
{
    private const int MaxErrorLength = 1000;

    /// <summary>A transaction has up to 100 operations, and one of them moves the cursor.</summary>
    private const int MaxQueuedTogether = 99;

    /// <summary>A transaction has up to 2 MB; this leaves room for what surrounds the documents.</summary>
    private const int MaxBytesTogether = 1_500_000;

    /// <summary>Dead letters beyond those that are kept, so that they need not be looked for each time.</summary>
    private const int DeadLetterSlack = 100;

    private static readonly TimeSpan CountAgainAfter = TimeSpan.FromSeconds(10);

    private static readonly QueryDefinition CountWaiting = new("SELECT VALUE COUNT(1) FROM c WHERE c.due > 0");
    private static readonly QueryDefinition CountDead = new("SELECT VALUE COUNT(1) FROM c WHERE c.dead > 0");
    private static readonly QueryDefinition Dead = new("SELECT * FROM c WHERE c.dead > 0 ORDER BY c.dead DESC");
    private static readonly QueryDefinition NextDue = new("SELECT c.due FROM c WHERE c.due > 0 ORDER BY c.due");

    /// <inheritdoc />
    /// <remarks>
    /// More than fits into one transaction goes into several, and the cursor moves with each: what is interrupted goes on where it was.
    /// </remarks>
    public async ValueTask QueueAsync(
        string webhook, long cursor, IReadOnlyList<WebhookDelivery> deliveries, CancellationToken cancellationToken) =>
        await EditAsync(webhook, async (current, etag) =>
        {
            if (current.Cursor >= cursor)
                return true;
            var left = deliveries.Where(delivery => delivery.Sequence > current.Cursor).ToList();
            var counts = await CountsAsync(webhook, left.Count, cancellationToken);
            var fitting = Math.Clamp(IWebhookStore.MaxWaiting - counts.Waiting, 0, left.Count);
            var queued = await TryQueueAsync(
                current, etag, cursor, [.. left.Select((delivery, i) => ToStored(delivery, isTooMany: i >= fitting))], cancellationToken);
            if (queued)
                counts.Add(fitting, left.Count - fitting);
            await RemoveOldDeadLettersAsync(webhook, cancellationToken);
            return queued;
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<WebhookDelivery>> ReadDueAsync(string webhook, int limit, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.due <= @now ORDER BY c.due").WithParameter("@now", _time.GetUtcNow().ToUnixTimeMilliseconds());
        return [.. (await ReadDeliveriesAsync(query, webhook, limit, cancellationToken)).Select(static stored => stored.Delivery)];
    }

    /// <inheritdoc />
    public async ValueTask<DateTimeOffset?> ReadNextDueAsync(string webhook, CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            (var page, continuation) = await _container.ReadPageAsync(NextDue, webhook, continuation, 1, cancellationToken);
            if (page.Count > 0)
                return WebhookDocuments.ReadTime(page[0], "due");
        }
        while (continuation is not null);
        return null;
    }

    /// <inheritdoc />
    public async ValueTask CompleteAsync(string webhook, long sequence, CancellationToken cancellationToken)
    {
        var written = await _container.DeleteAsync(WebhookDocuments.DeliveryId(sequence), webhook, etag: null, cancellationToken);
        if (written.IsDone && _counts.TryGetValue(webhook, out var counts))
            counts.Add(-1, 0);
    }

    /// <inheritdoc />
    public async ValueTask FailAsync(string webhook, long sequence, string error, DateTimeOffset? retryAt, CancellationToken cancellationToken)
    {
        await EditDeliveryAsync(webhook, sequence, stored => new StoredDelivery(
            stored.Delivery with { Attempts = stored.Delivery.Attempts + 1 },
            retryAt,
            _time.GetUtcNow(),
            error.Length > MaxErrorLength ? error[..MaxErrorLength] : error), cancellationToken);
        if (retryAt is null)
            await RemoveOldDeadLettersAsync(webhook, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string webhook, int limit, CancellationToken cancellationToken)
    {
        var dead = await ReadDeliveriesAsync(Dead, webhook, Math.Min(limit, IWebhookStore.MaxDeadLetters), cancellationToken);
        return [.. dead.Select(static stored => new DeadLetter(stored.Delivery, stored.FailedAt!.Value, stored.Error!))];
    }

    /// <inheritdoc />
    public async ValueTask<int> RetryDeadLettersAsync(string webhook, IReadOnlyList<long>? sequences, CancellationToken cancellationToken)
    {
        sequences ??= [.. (await ReadDeadLettersAsync(webhook, IWebhookStore.MaxDeadLetters, cancellationToken)).Select(static letter => letter.Delivery.Sequence)];
        var retried = 0;
        await Parallel.ForEachAsync(sequences, Together(cancellationToken), async (sequence, token) =>
        {
            var edited = await EditDeliveryAsync(webhook, sequence, stored => stored.Due is null
                ? new StoredDelivery(stored.Delivery with { Attempts = 0 }, _time.GetUtcNow())
                : null, token);
            if (edited)
                Interlocked.Increment(ref retried);
        });
        return retried;
    }

    /// <inheritdoc />
    public async ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT c.id FROM c WHERE c.target = @target").WithParameter("@target", TargetHash.Of(target));
        var forgotten = 0;
        foreach (var webhook in await ListAsync(cancellationToken))
        {
            forgotten += await RemoveAsync(webhook.Definition.Name, query, cancellationToken);
            _counts.TryRemove(webhook.Definition.Name, out _);
        }
        return forgotten;
    }

    private StoredDelivery ToStored(WebhookDelivery delivery, bool isTooMany)
    {
        var now = _time.GetUtcNow();
        return isTooMany
            ? new StoredDelivery(delivery with { Attempts = 0 }, null, now, $"{IWebhookStore.MaxWaiting} deliveries were waiting already")
            : new StoredDelivery(delivery with { Attempts = 0 }, now);
    }

    private async Task<bool> TryQueueAsync(
        FollowingWebhook webhook, string? etag, long cursor, IReadOnlyList<StoredDelivery> deliveries, CancellationToken cancellationToken)
    {
        var name = webhook.Definition.Name;
        var written = 0;
        do
        {
            var documents = TakeTogether(name, deliveries, written);
            written += documents.Count;
            // A later transaction has to find a cursor that is not there yet.
            var reached = written == deliveries.Count ? cursor : Math.Max(webhook.Cursor, Math.Min(deliveries[written - 1].Delivery.Sequence, cursor - 1));
            var result = await _container.BatchAsync(name, batch =>
            {
                batch.ReplaceItemStream(
                    WebhookDocuments.WebhookId, CosmosItem.ToStream(WebhookDocuments.Write(webhook with { Cursor = reached })), CosmosContainer.InBatch(etag));
                foreach (var document in documents)
                    batch.UpsertItemStream(CosmosItem.ToStream(document), CosmosContainer.InBatch());
            }, cancellationToken);
            if (result.Outcome != CosmosOutcome.Done)
                return false;
            etag = result.FirstETag;
        }
        while (written < deliveries.Count);
        return true;
    }

    /// <summary>The next documents that fit into one transaction; one at least while any are left.</summary>
    private static List<ReadOnlyMemory<byte>> TakeTogether(string webhook, IReadOnlyList<StoredDelivery> deliveries, int from)
    {
        var documents = new List<ReadOnlyMemory<byte>>();
        var bytes = 0;
        for (var i = from; i < deliveries.Count && documents.Count < MaxQueuedTogether; i++)
        {
            var document = WebhookDocuments.Write(webhook, deliveries[i]);
            if (documents.Count > 0 && bytes + document.Length > MaxBytesTogether)
                break;
            documents.Add(document);
            bytes += document.Length;
        }
        return documents;
    }

    /// <summary>Changes a delivery as it is now; null leaves it. False when it was left or is gone.</summary>
    private async Task<bool> EditDeliveryAsync(string webhook, long sequence, Func<StoredDelivery, StoredDelivery?> edit, CancellationToken cancellationToken)
    {
        var id = WebhookDocuments.DeliveryId(sequence);
        while (await _container.ReadAsync(id, webhook, cancellationToken) is { } item)
        {
            var before = WebhookDocuments.ReadDelivery(item.Parse());
            if (edit(before) is not { } after)
                return false;
            var written = await _container.ReplaceAsync(id, webhook, WebhookDocuments.Write(webhook, after), item.ETag, cancellationToken);
            if (!written.IsDone)
                continue;
            if (_counts.TryGetValue(webhook, out var counts))
                counts.Add(IsWaiting(after) - IsWaiting(before), IsWaiting(before) - IsWaiting(after));
            return true;
        }
        return false;
    }

    private static int IsWaiting(StoredDelivery stored) => stored.Due is null ? 0 : 1;

    private async Task<IReadOnlyList<StoredDelivery>> ReadDeliveriesAsync(QueryDefinition query, string webhook, int limit, CancellationToken cancellationToken)
    {
        var deliveries = new List<StoredDelivery>();
        string? continuation = null;
        do
        {
            var pageSize = Math.Min(limit - deliveries.Count, 1000);
            (var page, continuation) = await _container.ReadPageAsync(query, webhook, continuation, pageSize, cancellationToken);
            deliveries.AddRange(page.Select(WebhookDocuments.ReadDelivery));
        }
        while (continuation is not null && deliveries.Count < limit);
        return deliveries;
    }

    /// <summary>What there is, counted again when so many more would be too many and the count is not new.</summary>
    private async Task<WebhookCounts> CountsAsync(string webhook, int more, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_counts.TryGetValue(webhook, out var known) && (known.Waiting + more <= IWebhookStore.MaxWaiting || now - known.CountedAt < CountAgainAfter))
            return known;
        return _counts[webhook] = new WebhookCounts(
            await CountAsync(CountWaiting, webhook, cancellationToken), await CountAsync(CountDead, webhook, cancellationToken), now);
    }

    private async Task<int> CountAsync(QueryDefinition query, string webhook, CancellationToken cancellationToken) =>
        (await _container.ReadAllAsync(query, webhook, cancellationToken)).Sum(static count => count.GetInt32());

    private async Task RemoveOldDeadLettersAsync(string webhook, CancellationToken cancellationToken)
    {
        if (!_counts.TryGetValue(webhook, out var counts) || counts.Dead <= IWebhookStore.MaxDeadLetters + DeadLetterSlack)
            return;
        var query = new QueryDefinition($"SELECT c.id FROM c WHERE c.dead > 0 ORDER BY c.dead DESC OFFSET {IWebhookStore.MaxDeadLetters} LIMIT {IWebhookStore.MaxWaiting}");
        counts.Add(0, -await RemoveAsync(webhook, query, cancellationToken));
    }
}
