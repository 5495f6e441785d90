using System.Collections.Concurrent;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Events;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>Webhooks, their cursors and their deliveries in Cosmos DB; a logical partition for each webhook.</summary>
public sealed partial class CosmosWebhookStore : IWebhookStore
{
    /// <summary>Races that are lost in a row before the store counts as not available.</summary>
    private const int MaxAttempts = 20;

    private readonly CosmosContainer _container;
    private readonly IInterventionOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, WebhookCounts> _counts = new(StringComparer.Ordinal);

    /// <summary>Makes the store of a process.</summary>
    /// <param name="account">The account.</param>
    /// <param name="outbox">What the webhooks follow.</param>
    /// <param name="time">Clock for what is due.</param>
    public CosmosWebhookStore(CosmosAccount account, IInterventionOutbox outbox, TimeProvider time)
    {
        _container = account.Container(CosmosContainers.Webhooks);
        _outbox = outbox;
        _time = time;
    }

    /// <inheritdoc />
    public async ValueTask<bool> TryAddAsync(WebhookDefinition webhook, CancellationToken cancellationToken)
    {
        var following = new FollowingWebhook(webhook, await _outbox.ReadEndAsync(cancellationToken));
        return (await _container.CreateAsync(webhook.Name, WebhookDocuments.Write(following), cancellationToken)).IsDone;
    }

    /// <inheritdoc />
    public async ValueTask<bool> TryReplaceAsync(WebhookDefinition webhook, CancellationToken cancellationToken)
    {
        var replaced = false;
        await EditAsync(webhook.Name, async (current, etag) =>
        {
            var cursor = current.Definition.IsPublished ? current.Cursor : await _outbox.ReadEndAsync(cancellationToken);
            replaced = await TryWriteAsync(new FollowingWebhook(webhook, cursor), etag, cancellationToken);
            return replaced;
        }, cancellationToken);
        return replaced;
    }

    /// <inheritdoc />
    /// <remarks>
    /// The webhook goes last, and only when nothing was queued for it meanwhile: whatever interrupts this leaves a webhook that can be
    /// removed, and no deliveries without one. It is unpublished first, so that nothing more comes.
    /// </remarks>
    public async ValueTask<bool> TryRemoveAsync(string name, CancellationToken cancellationToken)
    {
        var removed = false;
        await EditAsync(name, async (current, etag) =>
        {
            if (current.Definition.IsPublished)
            {
                await TryWriteAsync(current with { Definition = current.Definition with { IsPublished = false } }, etag, cancellationToken);
                return false;
            }
            await RemoveAsync(name, new QueryDefinition("SELECT c.id FROM c WHERE c.sequence >= 0"), cancellationToken);
            removed = (await _container.DeleteAsync(WebhookDocuments.WebhookId, name, etag, cancellationToken)).IsDone;
            return removed;
        }, cancellationToken);
        _counts.TryRemove(name, out _);
        return removed;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<FollowingWebhook>> ListAsync(CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.id = @id").WithParameter("@id", WebhookDocuments.WebhookId);
        var documents = await _container.ReadAllAsync(query, partitionKey: null, cancellationToken);
        return [.. documents.Select(WebhookDocuments.ReadWebhook).OrderBy(static webhook => webhook.Definition.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Does something with a webhook as it is now, until it works out: an edit answers false when the webhook has changed meanwhile.
    /// Ends without having done anything when there is none.
    /// </summary>
    private async Task EditAsync(string name, Func<FollowingWebhook, string, Task<bool>> edit, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await _container.ReadAsync(WebhookDocuments.WebhookId, name, cancellationToken) is not { } item)
                return;
            if (await edit(WebhookDocuments.ReadWebhook(item.Parse()), item.ETag))
                return;
        }
        throw new StoreUnavailableException(
            $"Webhook {name} in container {_container.Name}", null, new TimeoutException($"{MaxAttempts} races to change it were lost"));
    }

    private async Task<bool> TryWriteAsync(FollowingWebhook webhook, string etag, CancellationToken cancellationToken) =>
        (await _container.ReplaceAsync(WebhookDocuments.WebhookId, webhook.Definition.Name, WebhookDocuments.Write(webhook), etag, cancellationToken)).IsDone;

    /// <summary>Removes the deliveries that a query names, and says how many there were.</summary>
    private async Task<int> RemoveAsync(string webhook, QueryDefinition query, CancellationToken cancellationToken)
    {
        var removed = 0;
        var documents = await _container.ReadAllAsync(query, webhook, cancellationToken);
        await Parallel.ForEachAsync(documents, Together(cancellationToken), async (document, token) =>
        {
            var written = await _container.DeleteAsync(document.GetProperty("id").GetString()!, webhook, etag: null, token);
            if (written.IsDone)
                Interlocked.Increment(ref removed);
        });
        return removed;
    }

    private static ParallelOptions Together(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
}
