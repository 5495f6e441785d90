using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Adds entries to the log of interventions. One transaction moves the end, provided that nobody else has, and creates the entries
/// under the numbers up to it: so numbers have no gaps, and no entry appears before one that has been read. What callers of this
/// process want to append while a transaction is under way goes together into the next one, so that a process never races with itself.
/// </summary>
internal sealed class OutboxWriter(CosmosContainer container, TimeProvider time, int timeToLive)
{
    /// <summary>Races that are lost in a row before the store counts as not available. Winners always get on.</summary>
    private const int MaxAttempts = 60;

    /// <summary>Answers that are lost before the caller is told.</summary>
    private const int MaxLostAnswers = 2;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(60);

    private readonly Lock _gate = new();
    private List<OutboxAppend> _waiting = [];
    private bool _isWriting;
    private (long Value, string? ETag)? _end;

    /// <summary>Adds what is not there yet, and completes when all is durable.</summary>
    public void Append(OutboxAppend append)
    {
        lock (_gate)
        {
            _waiting.Add(append);
            if (_isWriting)
                return;
            _isWriting = true;
        }
        _ = Task.Run(WriteWaitingAsync);
    }

    /// <summary>The end as the store has it, with its ETag; 0 without one when nothing was ever appended.</summary>
    public async ValueTask<(long Value, string? ETag)> ReadEndAsync(CancellationToken cancellationToken) =>
        await container.ReadAsync(OutboxDocuments.EndId, OutboxDocuments.Partition, cancellationToken) is { } item
            ? (OutboxDocuments.ReadEnd(item), item.ETag)
            : (0, null);

    private async Task WriteWaitingAsync()
    {
        while (TakeWaiting() is { Count: > 0 } appends)
            await WriteAsync(appends);
    }

    private List<OutboxAppend> TakeWaiting()
    {
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = [];
            _isWriting = taken.Count > 0;
            return taken;
        }
    }

    /// <summary>Every failure goes to those who wait for what failed.</summary>
    private async Task WriteAsync(IReadOnlyList<OutboxAppend> appends)
    {
        try
        {
            foreach (var chunk in OutboxChunks.Of(appends))
                await WriteAsync(chunk);
        }
        catch (Exception error) when (appends.Count == 1 || error is StoreUnavailableException)
        {
            foreach (var append in appends)
                append.Fail(error);
        }
        catch (Exception)
        {
            // Something is wrong with one of them: by itself, each gets what it deserves.
            foreach (var append in appends)
                await WriteAsync([append]);
        }
    }

    private async Task WriteAsync(List<OutboxMessage> chunk)
    {
        var lostAnswers = 0;
        for (var attempt = 1; chunk.Count > 0; attempt++)
        {
            try
            {
                _end ??= await ReadEndAsync(CancellationToken.None);
                if (await TryWriteAsync(chunk, _end.Value))
                    return;
            }
            catch (StoreUnavailableException error) when (CosmosErrors.LeavesOutcomeOpen(error) && lostAnswers++ < MaxLostAnswers)
            {
                _end = null;
            }
            if (attempt == MaxAttempts)
                throw new StoreUnavailableException(
                    $"The end of container {container.Name}", null, new TimeoutException($"{MaxAttempts} races to move it were lost"));
            await PauseAsync(attempt);
        }
    }

    private async Task<bool> TryWriteAsync(List<OutboxMessage> chunk, (long Value, string? ETag) end)
    {
        var newEnd = end.Value + chunk.Count;
        var result = await container.BatchAsync(OutboxDocuments.Partition, batch =>
        {
            AddEnd(batch, newEnd, end.ETag);
            var sequence = end.Value;
            foreach (var message in chunk)
            {
                var document = OutboxDocuments.WriteEntry(message.Id, ++sequence, message.Append.Mark, message.Message, timeToLive);
                batch.CreateItemStream(CosmosItem.ToStream(document), CosmosContainer.InBatch());
            }
        }, CancellationToken.None);
        if (result.Outcome == CosmosOutcome.Done)
        {
            _end = (newEnd, result.FirstETag);
            chunk.ForEach(message => message.Settle(isNew: true));
            return true;
        }
        if (result.Failed == 0)
            _end = null;
        else
            await SettleThoseThereAsync(chunk);
        return false;
    }

    private static void AddEnd(TransactionalBatch batch, long value, string? etag)
    {
        var document = CosmosItem.ToStream(OutboxDocuments.WriteEnd(value));
        if (etag is null)
            batch.CreateItemStream(document, CosmosContainer.InBatch());
        else
            batch.ReplaceItemStream(OutboxDocuments.EndId, document, CosmosContainer.InBatch(etag));
    }

    /// <summary>Those that are in the outbox are new only when this call has put them there without hearing of it.</summary>
    private async Task SettleThoseThereAsync(List<OutboxMessage> chunk)
    {
        var names = chunk.Select((_, i) => $"@id{i}").ToList();
        var query = new QueryDefinition($"SELECT c.id, c.mark FROM c WHERE c.id IN ({string.Join(", ", names)})");
        for (var i = 0; i < chunk.Count; i++)
            query.WithParameter(names[i], chunk[i].Id);
        var there = (await container.ReadAllAsync(query, OutboxDocuments.Partition, CancellationToken.None)).ToDictionary(
            static document => document.GetProperty("id").GetString()!,
            static document => document.TryGetProperty("mark", out var mark) ? mark.GetString() : null,
            StringComparer.Ordinal);
        foreach (var message in chunk.Where(message => there.ContainsKey(message.Id)))
            message.Settle(isNew: there[message.Id] == message.Append.Mark);
        chunk.RemoveAll(message => message.IsSettled);
    }

    private async Task PauseAsync(int attempt)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, Math.Pow(2, attempt));
        await Task.Delay(TimeSpan.FromMilliseconds(longest * Random.Shared.NextDouble()), time);
    }
}
