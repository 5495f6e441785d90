namespace Signals.Engine.Interventions;

/// <summary>A message in the outbox.</summary>
/// <param name="Sequence">Its place, rising; what a subscriber names to resume.</param>
/// <param name="Message">The message.</param>
public sealed record OutboxEntry(long Sequence, InterventionMessage Message);

/// <summary>
/// The way from the process that decides interventions to the processes that hold streams: written by the one, followed by
/// all the others. Keeps entries for at least an hour, so that a subscriber can resume. What is appended together gets
/// sequence numbers side by side, and nothing ever appears before what has been read.
/// </summary>
public interface IInterventionOutbox
{
    /// <summary>How long entries are kept at least.</summary>
    static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    /// <summary>
    /// Adds messages, each once per intervention id and target: adding one again changes nothing. Durable when it returns;
    /// says how many were new.
    /// </summary>
    ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken);

    /// <summary>
    /// The entries after a sequence number, in order, at most <paramref name="limit"/>. It may be fewer than there are, but it
    /// is one at least when there is one, and nothing but the limit comes between entries that appeared together.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The entries for some targets (<see cref="InterventionTarget.IsSameAs"/>) after a sequence number, in order, at most
    /// <paramref name="limit"/>; for resuming.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>The newest entries before a sequence number, newest first, at most <paramref name="limit"/>; held-out ones too.</summary>
    /// <param name="name">Only those of the intervention of this name; null for all.</param>
    /// <param name="beforeSequence">Goes on where an earlier answer ended; <see cref="long.MaxValue"/> to begin.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken);

    /// <summary>Sequence number of the newest entry; 0 when there never was one.</summary>
    ValueTask<long> ReadEndAsync(CancellationToken cancellationToken);

    /// <summary>Returns as soon as an entry after the sequence number exists, also when another process added it.</summary>
    ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken);

    /// <summary>Leaves receipts; a later one of the same hub, intervention and target replaces the earlier.</summary>
    ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken);

    /// <summary>The receipts for an intervention, of all hubs and targets.</summary>
    ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken);

    /// <summary>
    /// Says that a hub holds streams, until the given instant unless said again; an instant that has passed takes it back. The
    /// name has the form machine/process id/anything, so that a store may notice that the process is gone.
    /// </summary>
    ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The hubs that hold streams now.</summary>
    ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Drops all entries for a target (<see cref="InterventionTarget.IsSameAs"/>), when the data of that person are deleted, and
    /// says how many.
    /// </summary>
    ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken);

    /// <summary>Drops what is older than the store keeps it, at most <paramref name="limit"/> entries, and says how many.</summary>
    ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken);
}
