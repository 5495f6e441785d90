using System.Globalization;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The outbox of interventions in Cosmos DB, followed by every process through the change feed. One per process, so that all who wait
/// in it share one feed. The account needs session consistency or stronger: what the feed has brought must be found by a query.
/// </summary>
/// <remarks>
/// All entries are in one logical partition, because only there can a transaction number them. What that bounds: 10,000 RU/s, of which
/// an entry of 1 KB takes about 10 to append and up to 1 per process that follows, so some 500 interventions per second with ten processes; and
/// 20 GB, which at 1 KB an entry is 230 interventions per second, day and night, kept for a day, or 900 kept for six hours.
/// </remarks>
public sealed partial class CosmosInterventionOutbox : IInterventionOutbox
{
    private const string After = "SELECT * FROM c WHERE c.sequence > @after ORDER BY c.sequence";
    private const string Before = "SELECT * FROM c WHERE c.sequence < @before ORDER BY c.sequence DESC";
    private const string OfTarget = "SELECT * FROM c WHERE c.by_target >= @from AND c.by_target < @to ORDER BY c.by_target";
    private const string OfName = "SELECT * FROM c WHERE c.by_name >= @from AND c.by_name < @to ORDER BY c.by_name DESC";

    private readonly CosmosContainer _container;
    private readonly TimeProvider _time;
    private readonly int _timeToLive;
    private readonly OutboxWriter _writer;
    private readonly OutboxFollower _follower;

    /// <summary>Makes the outbox of a process.</summary>
    /// <param name="account">The account; <see cref="CosmosOptions.OutboxRetention"/> says how long entries are kept.</param>
    /// <param name="time">Clock of hubs and pauses. Entries expire by the clock of Cosmos DB.</param>
    /// <exception cref="ArgumentException">Entries would be kept for too short a time.</exception>
    public CosmosInterventionOutbox(CosmosAccount account, TimeProvider time)
    {
        var retention = account.Options.OutboxRetention;
        if (retention < IInterventionOutbox.Retention)
            throw new ArgumentException($"{nameof(CosmosOptions.OutboxRetention)} is {retention}, at least {IInterventionOutbox.Retention} is needed.", nameof(account));
        _container = account.Container(CosmosContainers.Outbox);
        _time = time;
        _timeToLive = (int)retention.TotalSeconds;
        _writer = new OutboxWriter(_container, time, _timeToLive);
        _follower = new OutboxFollower(_container, time, retention);
    }

    /// <inheritdoc />
    public async ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return 0;
        cancellationToken.ThrowIfCancellationRequested();
        var append = new OutboxAppend(messages);
        _writer.Append(append);
        var added = await append.Added.WaitAsync(cancellationToken);
        if (added > 0)
            _follower.Hurry();
        return added;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken) =>
        _follower.Read(afterSequence, limit) is { Count: > 0 } read ? read : await QueryAfterAsync(afterSequence, limit, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken)
    {
        var hashes = targets.Select(static target => TargetHash.Of(target)).Distinct().ToList();
        // The queries run one beside the other: without one end for all, one would find what another has just missed.
        var end = await ReadEndAsync(cancellationToken);
        if (await IsInMemoryAsync(afterSequence, end, cancellationToken) && _follower.ReadForTargets(hashes, afterSequence, limit) is { } inMemory)
            return inMemory;
        var found = await Task.WhenAll(hashes.Select(hash => QueryAsync(
            new QueryDefinition(OfTarget)
                .WithParameter("@from", OutboxDocuments.Place(hash, afterSequence + 1))
                .WithParameter("@to", OutboxDocuments.Place(hash, end + 1)),
            limit,
            cancellationToken)));
        return [.. found.SelectMany(static entries => entries).OrderBy(static entry => entry.Sequence).Take(limit)];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit is 1 to 1000.");
        var query = name is null
            ? new QueryDefinition(Before).WithParameter("@before", beforeSequence)
            : new QueryDefinition(OfName)
                .WithParameter("@from", OutboxDocuments.Place(name, 0))
                .WithParameter("@to", OutboxDocuments.Place(name, beforeSequence));
        return await QueryAsync(query, limit, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<long> ReadEndAsync(CancellationToken cancellationToken) => (await _writer.ReadEndAsync(cancellationToken)).Value;

    /// <inheritdoc />
    public async ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_follower.HasBegun)
            await _follower.PollAsync().WaitAsync(cancellationToken);
        if (!_follower.Covers(afterSequence) && (await QueryAfterAsync(afterSequence, 1, cancellationToken)).Count > 0)
            return;
        while (!_follower.HasAfter(afterSequence))
            await _follower.PollAsync().WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken)
    {
        var hash = TargetHash.Of(target);
        var query = new QueryDefinition("SELECT c.id, c.sequence FROM c WHERE c.by_target >= @from AND c.by_target < @to")
            .WithParameter("@from", OutboxDocuments.Place(hash, 0))
            .WithParameter("@to", OutboxDocuments.PlaceAfterAll(hash));
        var forgotten = 0;
        foreach (var entry in await _container.ReadAllAsync(query, OutboxDocuments.Partition, cancellationToken))
        {
            var (id, sequence) = (entry.GetProperty("id").GetString()!, entry.GetProperty("sequence").GetInt64());
            var document = OutboxDocuments.WriteForgotten(id, sequence, _timeToLive);
            var written = await _container.ReplaceAsync(id, OutboxDocuments.Partition, document, etag: null, cancellationToken);
            forgotten += written.IsDone ? 1 : 0;
            _follower.Forget(sequence);
        }
        return forgotten;
    }

    /// <summary>Does nothing: what is too old goes by its time to live.</summary>
    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => new(0);

    /// <summary>
    /// Whether this process has all entries after a sequence number up to the end. Then nothing is asked for each target: when a process
    /// goes, all its clients come to others at once, and the partition has to bear it beside the appends.
    /// </summary>
    private async Task<bool> IsInMemoryAsync(long afterSequence, long end, CancellationToken cancellationToken)
    {
        if (!_follower.HasBegun || !_follower.Covers(afterSequence))
            return false;
        // A request under way may have been made before the end was; the next one was not.
        for (var requests = 0; requests < 2 && _follower.End < end; requests++)
        {
            _follower.Hurry();
            await _follower.PollAsync().WaitAsync(cancellationToken);
        }
        return _follower.End >= end;
    }

    private Task<IReadOnlyList<OutboxEntry>> QueryAfterAsync(long afterSequence, int limit, CancellationToken cancellationToken) =>
        QueryAsync(new QueryDefinition(After).WithParameter("@after", afterSequence), limit, cancellationToken);

    private async Task<IReadOnlyList<OutboxEntry>> QueryAsync(QueryDefinition query, int limit, CancellationToken cancellationToken)
    {
        var entries = new List<OutboxEntry>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await _container.ReadPageAsync(
                query, OutboxDocuments.Partition, continuation, limit - entries.Count, cancellationToken);
            entries.AddRange(OutboxDocuments.EntriesIn(page));
        }
        while (continuation is not null && entries.Count < limit);
        return entries;
    }
}
