namespace Signals.Engine.Interventions;

/// <summary>A webhook and how far it has followed the outbox.</summary>
/// <param name="Definition">The webhook.</param>
/// <param name="Cursor">Sequence number of the last entry that has been queued for it, or was not for it.</param>
public sealed record FollowingWebhook(WebhookDefinition Definition, long Cursor);

/// <summary>A message that is to be posted to a webhook.</summary>
/// <param name="Sequence">Its place in the outbox; with the name of the webhook the id of the delivery.</param>
/// <param name="Target">Whom the intervention is for.</param>
/// <param name="Body">What is posted: one JSON object.</param>
/// <param name="ExpiresAt">From when on it is not sent any more, UTC; null for never.</param>
/// <param name="Attempts">How often it has been tried.</param>
public sealed record WebhookDelivery(long Sequence, InterventionTarget Target, ReadOnlyMemory<byte> Body, DateTimeOffset? ExpiresAt, int Attempts);

/// <summary>A delivery that was given up.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="FailedAt">When it was tried last, UTC.</param>
/// <param name="Error">What went wrong then.</param>
public sealed record DeadLetter(WebhookDelivery Delivery, DateTimeOffset FailedAt, string Error);

/// <summary>Keeps webhooks, how far each has followed the outbox, and what each has still to deliver.</summary>
public interface IWebhookStore
{
    /// <summary>Most deliveries that wait for one webhook; those beyond become dead letters at once.</summary>
    const int MaxWaiting = 10_000;

    /// <summary>Most dead letters kept for one webhook; older ones go.</summary>
    const int MaxDeadLetters = 1_000;

    /// <summary>Adds a webhook that follows the outbox from its end. False when there is one of its name.</summary>
    ValueTask<bool> TryAddAsync(WebhookDefinition webhook, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces a webhook; what waits for it stays. One that was not published follows the outbox from its end when it becomes so.
    /// False when there is none of its name.
    /// </summary>
    ValueTask<bool> TryReplaceAsync(WebhookDefinition webhook, CancellationToken cancellationToken);

    /// <summary>Removes a webhook and all that waits for it. False when there is none of this name.</summary>
    ValueTask<bool> TryRemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>All webhooks, by name.</summary>
    ValueTask<IReadOnlyList<FollowingWebhook>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Queues deliveries, due now, and moves the cursor, in one step. Does nothing when the webhook is gone or its cursor is
    /// there already.
    /// </summary>
    ValueTask QueueAsync(string webhook, long cursor, IReadOnlyList<WebhookDelivery> deliveries, CancellationToken cancellationToken);

    /// <summary>The deliveries that are due, the one due for the longest time first, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<WebhookDelivery>> ReadDueAsync(string webhook, int limit, CancellationToken cancellationToken);

    /// <summary>When the next delivery is due, UTC; null when none waits.</summary>
    ValueTask<DateTimeOffset?> ReadNextDueAsync(string webhook, CancellationToken cancellationToken);

    /// <summary>Removes a delivery that has arrived, or is not to be sent any more.</summary>
    ValueTask CompleteAsync(string webhook, long sequence, CancellationToken cancellationToken);

    /// <summary>Counts a failed attempt.</summary>
    /// <param name="webhook">Name of the webhook.</param>
    /// <param name="sequence">The delivery.</param>
    /// <param name="error">What went wrong, up to 1000 characters.</param>
    /// <param name="retryAt">When it is due again, UTC; null makes it a dead letter.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    ValueTask FailAsync(string webhook, long sequence, string error, DateTimeOffset? retryAt, CancellationToken cancellationToken);

    /// <summary>Dead letters, newest first, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string webhook, int limit, CancellationToken cancellationToken);

    /// <summary>Makes dead letters due again, as if they had never been tried, and says how many.</summary>
    /// <param name="webhook">Name of the webhook.</param>
    /// <param name="sequences">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    ValueTask<int> RetryDeadLettersAsync(string webhook, IReadOnlyList<long>? sequences, CancellationToken cancellationToken);

    /// <summary>
    /// Drops all deliveries for a target (<see cref="InterventionTarget.IsSameAs"/>), dead letters too, when the data of that person
    /// are deleted, and says how many.
    /// </summary>
    ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken);
}
