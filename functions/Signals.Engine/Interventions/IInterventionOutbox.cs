namespace Signals.Engine.Interventions;

/// <summary>A message in the outbox.</summary>
/// <param name="Sequence">Its place, rising; what a subscriber names to resume.</param>
/// <param name="Message">The message.</param>
public sealed record OutboxEntry(long Sequence, InterventionMessage Message);

/// <summary>
/// The way from the process that decides interventions to the processes that hold streams: written by the one, followed by
/// all the others. Keeps entries for at least an hour, so that a subscriber can resume.
/// </summary>
public interface IInterventionOutbox
{
    /// <summary>How long entries are kept at least.</summary>
    static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    /// <summary>Adds messages, each once per intervention id and target: adding one again changes nothing. Durable when it returns.</summary>
    ValueTask AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken);

    /// <summary>The entries after a sequence number, in order, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>The entries for some targets after a sequence number, in order, at most <paramref name="limit"/>; for resuming.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken);

    /// <summary>Sequence number of the newest entry; 0 when there never was one.</summary>
    ValueTask<long> ReadEndAsync(CancellationToken cancellationToken);

    /// <summary>Returns as soon as an entry after the sequence number exists, also when another process added it.</summary>
    ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken);

    /// <summary>Notes that a hub has written an intervention to at least one stream.</summary>
    ValueTask AcknowledgeAsync(Guid interventionId, string hub, CancellationToken cancellationToken);

    /// <summary>Whether any hub has noted that.</summary>
    ValueTask<bool> IsAcknowledgedAsync(Guid interventionId, CancellationToken cancellationToken);

    /// <summary>Says that a hub is alive, until the given instant unless said again.</summary>
    ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The hubs alive now.</summary>
    ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken);

    /// <summary>Drops entries older than <see cref="Retention"/>, at most <paramref name="limit"/>, and says how many.</summary>
    ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken);
}
