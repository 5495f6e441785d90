using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Signals.Storage.Cosmos;

/// <summary>
/// One container: items go in and out as streams, every request is measured and bounded in time, and a store that is away shows as
/// <see cref="Engine.Events.StoreUnavailableException"/>. Outcomes that a caller understands are results, not exceptions.
/// </summary>
internal sealed class CosmosContainer(Container container, CosmosMetrics metrics, TimeSpan timeout)
{
    // The answer to a write carries the ETag in a header; the document itself need not come back.
    private static readonly ItemRequestOptions Unconditional = new() { EnableContentResponseOnWrite = false };

    /// <summary>Name of the container.</summary>
    public string Name => container.Id;

    /// <summary>The SDK's container, for what this class does not do (the change feed); to be called through <see cref="RunAsync"/>.</summary>
    public Container Sdk => container;

    /// <summary>Reads one item; null when there is none.</summary>
    public async Task<CosmosItem?> ReadAsync(string id, string partitionKey, CancellationToken cancellationToken)
    {
        using var response = await RunAsync(
            "read", token => container.ReadItemStreamAsync(id, new PartitionKey(partitionKey), cancellationToken: token), cancellationToken);
        if (CosmosErrors.IsMissingItem(response))
            return null;
        Check(response);
        return new CosmosItem(await BytesOf(response.Content, cancellationToken), response.Headers.ETag);
    }

    /// <summary>Adds an item unless there is one of its id.</summary>
    public Task<CosmosWritten> CreateAsync(string partitionKey, ReadOnlyMemory<byte> item, CancellationToken cancellationToken) => WriteAsync(
        "create", token => container.CreateItemStreamAsync(CosmosItem.ToStream(item), new PartitionKey(partitionKey), Unconditional, token), cancellationToken);

    /// <summary>Replaces an item, which must be there and, when an ETag is given, must not have changed.</summary>
    public Task<CosmosWritten> ReplaceAsync(string id, string partitionKey, ReadOnlyMemory<byte> item, string? etag, CancellationToken cancellationToken) => WriteAsync(
        "replace", token => container.ReplaceItemStreamAsync(CosmosItem.ToStream(item), id, new PartitionKey(partitionKey), Condition(etag), token), cancellationToken);

    /// <summary>Adds or replaces an item, whatever was there.</summary>
    public Task<CosmosWritten> UpsertAsync(string partitionKey, ReadOnlyMemory<byte> item, CancellationToken cancellationToken) => WriteAsync(
        "upsert", token => container.UpsertItemStreamAsync(CosmosItem.ToStream(item), new PartitionKey(partitionKey), Unconditional, token), cancellationToken);

    /// <summary>Removes an item, which must be there and, when an ETag is given, must not have changed.</summary>
    public Task<CosmosWritten> DeleteAsync(string id, string partitionKey, string? etag, CancellationToken cancellationToken) => WriteAsync(
        "delete", token => container.DeleteItemStreamAsync(id, new PartitionKey(partitionKey), Condition(etag), token), cancellationToken);

    /// <summary>
    /// Runs up to 100 operations of one logical partition, 2 MB together, all or none. An outcome other than done is that of the first
    /// operation that failed.
    /// </summary>
    public async Task<CosmosBatched> BatchAsync(
        string partitionKey, Action<TransactionalBatch> addOperations, CancellationToken cancellationToken)
    {
        using var response = await MeasureAsync("batch", token =>
        {
            var batch = container.CreateTransactionalBatch(new PartitionKey(partitionKey));
            addOperations(batch);
            return batch.ExecuteAsync(token);
        }, static response => ((int)response.StatusCode, response.RequestCharge), cancellationToken);
        return OutcomeOf(response);
    }

    /// <summary>For an operation of a batch: what it writes need not come back, and when an ETag is given, the item must not have changed.</summary>
    public static TransactionalBatchItemRequestOptions InBatch(string? etag = null) => new() { EnableContentResponseOnWrite = false, IfMatchEtag = etag };

    /// <summary>One page of a query, or of everything when there is none.</summary>
    /// <param name="query">The query; null for all items.</param>
    /// <param name="partitionKey">Logical partition; null for the whole container.</param>
    /// <param name="continuation">Where an earlier page ended; null to begin.</param>
    /// <param name="limit">Most items in the page. It may have fewer, even none, and not be the last.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async Task<CosmosPage> ReadPageAsync(
        QueryDefinition? query, string? partitionKey, string? continuation, int limit, CancellationToken cancellationToken)
    {
        var options = new QueryRequestOptions { MaxItemCount = limit, PartitionKey = partitionKey is null ? null : new PartitionKey(partitionKey) };
        using var iterator = container.GetItemQueryStreamIterator(query, continuation, options);
        using var response = await RunAsync(query is null ? "feed" : "query", iterator.ReadNextAsync, cancellationToken);
        Check(response);
        return new CosmosPage(await DocumentsOfAsync(response, cancellationToken), iterator.HasMoreResults ? response.ContinuationToken : null);
    }

    /// <summary>All pages of a query, or of everything, of one logical partition; null for the whole container.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadAllAsync(QueryDefinition? query, string? partitionKey, CancellationToken cancellationToken)
    {
        var documents = new List<JsonElement>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await ReadPageAsync(query, partitionKey, continuation, -1, cancellationToken);
            documents.AddRange(page);
        }
        while (continuation is not null);
        return documents;
    }

    /// <summary>Makes a request of the SDK under the timeout, measures it, and translates what it throws. The answer may be a failure.</summary>
    public Task<ResponseMessage> RunAsync(
        string operation, Func<CancellationToken, Task<ResponseMessage>> request, CancellationToken cancellationToken) =>
        MeasureAsync(operation, request, static response => ((int)response.StatusCode, response.Headers.RequestCharge), cancellationToken);

    /// <summary>The documents in the answer to a query or feed.</summary>
    public static async Task<IReadOnlyList<JsonElement>> DocumentsOfAsync(ResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await BytesOf(response.Content, cancellationToken);
        return DocumentsIn(body.Span);
    }

    /// <summary>Throws when an answer is a failure.</summary>
    public void Check(ResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            throw CosmosErrors.ToException(Name, response);
    }

    private CosmosBatched OutcomeOf(TransactionalBatchResponse response)
    {
        if (response.IsSuccessStatusCode)
            return new CosmosBatched(CosmosOutcome.Done, -1) { FirstETag = response[0].ETag };
        for (var i = 0; i < response.Count; i++)
        {
            if (OutcomeOf(response[i].StatusCode) is { } outcome and not CosmosOutcome.Done)
                return new CosmosBatched(outcome, i);
        }
        throw CosmosErrors.ToException(Name, response);
    }

    private static CosmosOutcome? OutcomeOf(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => CosmosOutcome.Done,
        HttpStatusCode.NotFound => CosmosOutcome.Missing,
        HttpStatusCode.Conflict => CosmosOutcome.Exists,
        HttpStatusCode.PreconditionFailed => CosmosOutcome.Changed,
        _ => null,
    };

    private static ItemRequestOptions Condition(string? etag) =>
        etag is null ? Unconditional : new ItemRequestOptions { EnableContentResponseOnWrite = false, IfMatchEtag = etag };

    private static async Task<ReadOnlyMemory<byte>> BytesOf(Stream content, CancellationToken cancellationToken)
    {
        if (content is MemoryStream memory && memory.TryGetBuffer(out var buffer))
            return buffer;
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }

    private static List<JsonElement> DocumentsIn(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        return [.. JsonElement.ParseValue(ref reader).GetProperty("Documents").EnumerateArray()];
    }

    private async Task<CosmosWritten> WriteAsync(
        string operation, Func<CancellationToken, Task<ResponseMessage>> request, CancellationToken cancellationToken)
    {
        using var response = await RunAsync(operation, request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound && !CosmosErrors.IsMissingItem(response))
            throw CosmosErrors.ToException(Name, response);
        if (OutcomeOf(response.StatusCode) is not { } outcome)
            throw CosmosErrors.ToException(Name, response);
        return new CosmosWritten(outcome, outcome == CosmosOutcome.Done ? response.Headers.ETag : null);
    }

    private async Task<T> MeasureAsync<T>(
        string operation, Func<CancellationToken, Task<T>> request, Func<T, (int Status, double RequestUnits)> costOf, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var response = await request(limit.Token);
            var (status, requestUnits) = costOf(response);
            metrics.Record(Name, operation, status, requestUnits, Stopwatch.GetElapsedTime(started));
            return response;
        }
        catch (Exception error)
        {
            metrics.Record(Name, operation, CosmosErrors.StatusOf(error), (error as CosmosException)?.RequestCharge ?? 0, Stopwatch.GetElapsedTime(started));
            var translated = CosmosErrors.Translate(CosmosErrors.Describe(Name), error, cancellationToken.IsCancellationRequested);
            if (ReferenceEquals(translated, error))
                throw;
            throw translated;
        }
    }
}
