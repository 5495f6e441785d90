using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Follows the change feed of the log of interventions for all who wait in this process: they share one request at a time, and
/// while nobody waits none is made. Feeds bring transactions whole and in the order in which they were made, hence entries in the order
/// of their numbers.
/// </summary>
internal sealed class OutboxFollower(CosmosContainer container, TimeProvider time, TimeSpan retention)
{
    private const int PageSize = 1000;
    private const int RingBytes = 16 << 20;

    /// <summary>Between requests while entries come: at most 50 requests per second, and a delivery waits 10 ms for its turn.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Between requests while nothing comes: what an idle process costs is four requests per second, about 1 RU each.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly OutboxRing _ring = new(RingBytes);
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private Task? _poll;
    private FeedIterator? _feed;
    private string? _continuation;
    private TimeSpan _pause;

    /// <summary>Whether it has a place in the feed: entries that are appended from then on come by it.</summary>
    public bool HasBegun => Volatile.Read(ref _continuation) is not null;

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

    /// <summary>Takes a forgotten entry out at once; the feed will tell the other processes.</summary>
    public void Forget(long sequence)
    {
        lock (_gate)
            _ring.Forget(sequence);
    }

    /// <summary>Cuts a long pause short: this process has appended something.</summary>
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
        var documents = await ReadFeedAsync();
        if (documents.Count >= PageSize)
            _pause = TimeSpan.Zero;
        else if (documents.Count > 0 || _pause < ShortestPause)
            _pause = ShortestPause;
        else
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        Apply(documents);
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

    private FeedIterator Open() => container.Sdk.GetChangeFeedStreamIterator(
        _continuation is null
            ? ChangeFeedStartFrom.Now(FeedRange.FromPartitionKey(new PartitionKey(OutboxDocuments.Partition)))
            : ChangeFeedStartFrom.ContinuationToken(_continuation),
        ChangeFeedMode.LatestVersion,
        new ChangeFeedRequestOptions { PageSizeHint = PageSize });

    private void Apply(IReadOnlyList<JsonElement> documents)
    {
        var entries = new List<OutboxEntry>();
        lock (_gate)
        {
            foreach (var document in documents)
            {
                if (OutboxDocuments.TryReadEntry(document, out var entry))
                    entries.Add(entry);
                else if (OutboxDocuments.TryReadForgotten(document, out var forgotten))
                    _ring.Forget(forgotten);
            }
            _ring.Add(entries.OrderBy(static entry => entry.Sequence));
            _ring.Trim(time.GetUtcNow() - retention);
        }
    }
}
