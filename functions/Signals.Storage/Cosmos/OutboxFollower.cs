using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Follows the change feed of the log of interventions for all who wait in this process: they share one request at a time, and
/// while nobody waits none is made. Feeds bring transactions whole and in the order in which they were made, hence entries in the order
/// of their numbers. It begins with the newest entries that there are, so that those who come back to a process that has just started
/// need not be looked for either.
/// </summary>
internal sealed class OutboxFollower(CosmosContainer container, TimeProvider time, TimeSpan retention)
{
    private const int PageSize = 1000;
    private const int RingBytes = 16 << 20;

    /// <summary>Entries to begin with: more than a client that comes back goes back.</summary>
    private const int FirstEntries = 4000;

    /// <summary>
    /// The feed begins so long before the newest of those entries was written, by the clock of Cosmos DB: whatever the replica that was
    /// asked for them did not have yet comes by the feed.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>Between requests while entries come: at most 50 requests per second, and a delivery waits 10 ms for its turn.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Between requests while nothing comes: what an idle process costs is four requests per second, about 1 RU each.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly OutboxRing _ring = new(RingBytes);
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private Task? _poll;
    private FeedIterator? _feed;
    private DateTime? _begin;
    private string? _continuation;
    private TimeSpan _pause;
    private long _end;

    /// <summary>Whether it has a place in the feed: entries that are appended from then on come by it.</summary>
    public bool HasBegun => Volatile.Read(ref _continuation) is not null;

    /// <summary>Sequence number up to which everything has come.</summary>
    public long End => Interlocked.Read(ref _end);

    /// <summary>Whether the feed has brought an entry after a sequence number.</summary>
    public bool HasAfter(long sequence)
    {
        lock (_gate)
            return _ring.HasAfter(sequence);
    }

    /// <summary>Whether all entries after a sequence number have come by the feed, or will.</summary>
    public bool Covers(long sequence)
    {
        lock (_gate)
            return sequence >= _ring.CoveredAfter;
    }

    /// <summary>What the feed has brought after a sequence number; empty when that may not be all there is.</summary>
    public IReadOnlyList<OutboxEntry> Read(long afterSequence, int limit)
    {
        lock (_gate)
            return _ring.Read(afterSequence, limit);
    }

    /// <summary>The entries for some targets after a sequence number, up to <see cref="End"/> at least; null when some may be missing.</summary>
    public IReadOnlyList<OutboxEntry>? ReadForTargets(IEnumerable<string> targetHashes, long afterSequence, int limit)
    {
        lock (_gate)
            return _ring.ReadForTargets(targetHashes, afterSequence, limit);
    }

    /// <summary>Takes a forgotten entry out at once; the feed will tell the other processes.</summary>
    public void Forget(long sequence)
    {
        lock (_gate)
            _ring.Forget(sequence);
    }

    /// <summary>Cuts a long pause short: something is known to have been appended.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            if (_hurry.CurrentCount == 0)
                _hurry.Release();
        }
    }

    /// <summary>Asks the feed once, after a pause; or joins in when that is being done.</summary>
    public Task PollAsync()
    {
        lock (_gate)
            return _poll is { IsCompleted: false } ? _poll : _poll = Task.Run(PauseAndReadAsync);
    }

    private async Task PauseAndReadAsync()
    {
        if (_pause > TimeSpan.Zero)
            await Task.Delay(ShortestPause, time);
        if (_pause > ShortestPause)
            await _hurry.WaitAsync(_pause - ShortestPause);
        if (!HasBegun)
            await BeginAsync();
        var documents = await ReadFeedAsync();
        if (documents.Count >= PageSize)
            _pause = TimeSpan.Zero;
        else if (documents.Count > 0 || _pause < ShortestPause)
            _pause = ShortestPause;
        else
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        Apply(documents);
    }

    private async Task BeginAsync()
    {
        _begin = null;
        var newest = new List<OutboxEntry>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await container.ReadPageAsync(
                OutboxDocuments.NewestFirst, OutboxDocuments.Partition, continuation, FirstEntries - newest.Count, CancellationToken.None);
            newest.AddRange(OutboxDocuments.EntriesIn(page));
            _begin ??= page.Count > 0 ? OutboxDocuments.WrittenAt(page[0]) - Overlap : null;
        }
        while (continuation is not null && newest.Count < FirstEntries);
        newest.Reverse();
        lock (_gate)
        {
            _ring.Begin(coveredAfter: newest.Count < FirstEntries ? 0 : newest[0].Sequence - 1, newest);
            Interlocked.Exchange(ref _end, _ring.End);
        }
    }

    private async Task<IReadOnlyList<JsonElement>> ReadFeedAsync()
    {
        var feed = _feed ?? Open();
        // Put back when all is well: after a failure the feed is opened anew where it was.
        _feed = null;
        using var response = await container.RunAsync("follow", feed.ReadNextAsync, CancellationToken.None);
        IReadOnlyList<JsonElement> documents = [];
        if (response.StatusCode != HttpStatusCode.NotModified)
        {
            container.Check(response);
            documents = await CosmosContainer.DocumentsOfAsync(response, CancellationToken.None);
        }
        Volatile.Write(ref _continuation, response.ContinuationToken);
        _feed = feed;
        return documents;
    }

    private FeedIterator Open()
    {
        var log = FeedRange.FromPartitionKey(new PartitionKey(OutboxDocuments.Partition));
        var start = (_continuation, _begin) switch
        {
            ({ } continuation, _) => ChangeFeedStartFrom.ContinuationToken(continuation),
            (_, { } begin) => ChangeFeedStartFrom.Time(begin, log),
            _ => ChangeFeedStartFrom.Beginning(log),
        };
        return container.Sdk.GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = PageSize });
    }

    private void Apply(IReadOnlyList<JsonElement> documents)
    {
        lock (_gate)
        {
            _ring.Add(OutboxDocuments.EntriesIn(documents).OrderBy(static entry => entry.Sequence));
            foreach (var document in documents)
            {
                if (OutboxDocuments.TryReadForgotten(document, out var forgotten))
                    _ring.Forget(forgotten);
                else if (OutboxDocuments.TryReadEnd(document, out var end))
                    Interlocked.Exchange(ref _end, end);
            }
            _ring.Trim(time.GetUtcNow() - retention);
        }
    }
}
