using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The Profiles Store in Cosmos DB: one document per profile, each in a logical partition of its own, so that profiles spread over all
/// throughput there is. ETags are those of Cosmos DB.
/// </summary>
/// <remarks>
/// <para>
/// Reads are point reads side by side, not ReadMany: a point read of 1 KB costs 1 RU, while ReadMany runs a query per physical partition at a
/// base charge of about 2.8 RU plus the documents, and has to scan where the partition key is not indexed
/// (https://learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes). Profiles are as many partitions as keys, and the engine caches
/// the hot ones, so that a batch asks for few; side by side they take as long as the slowest.
/// </para>
/// <para>
/// Reads use the consistency of the account. A stale read of a profile is harmless to writers: its ETag does not fit. What is served to clients
/// is as old as the account allows. Decision records have to be read as they were written last, which strong consistency gives, and bounded
/// staleness in the region that takes the writes (https://learn.microsoft.com/azure/cosmos-db/consistency-levels): a process that takes a
/// partition over must not miss what another has decided.
/// </para>
/// </remarks>
/// <param name="account">The account.</param>
/// <param name="time">Clock for expiry.</param>
public sealed class CosmosProfileStore(CosmosAccount account, TimeProvider time) : IProfileStore
{
    /// <summary>Requests of one call at a time. The SDK puts up to 30 on a connection, and opens connections as needed.</summary>
    private const int Concurrency = 64;

    private readonly CosmosContainer _container = account.Container(CosmosContainers.Profiles);

    /// <inheritdoc />
    public bool WritesTogether => false;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken)
    {
        var profiles = new StoredProfile?[keys.Count];
        await Parallel.ForAsync(0, profiles.Length, Together(cancellationToken), async (i, _) =>
        {
            if (await ReadAsync(CosmosProfileId.Of(keys[i]).Text, cancellationToken) is { } found && !found.Document.IsExpired(time.GetUtcNow()))
                profiles[i] = new StoredProfile(found.Document.State, found.ETag);
        });
        return profiles;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken)
    {
        var etags = new string?[writes.Count];
        // Writes of one profile keep their order: the first wins.
        var profiles = Enumerable.Range(0, writes.Count).GroupBy(i => writes[i].Key);
        await Parallel.ForEachAsync(profiles, Together(cancellationToken), async (profile, _) =>
        {
            foreach (var i in profile)
                etags[i] = await WriteAsync(writes[i], cancellationToken);
        });
        return etags;
    }

    /// <inheritdoc />
    public async ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken)
    {
        var id = CosmosProfileId.Of(key).Text;
        if (await ReadAsync(id, cancellationToken) is not { } found)
            return false;
        await _container.DeleteAsync(id, id, null, cancellationToken);
        return !found.Document.IsExpired(time.GetUtcNow());
    }

    /// <inheritdoc />
    /// <remarks>Cosmos DB drops them by itself.</remarks>
    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => new(0);

    /// <inheritdoc />
    /// <remarks>
    /// Goes through all profiles, those of other attribute keys too: that is paid when a definition is deleted, an index would be paid with
    /// every new profile.
    /// </remarks>
    public async ValueTask<ProfilePage> ScanAsync(string attributeKey, string? continuation, int limit, CancellationToken cancellationToken)
    {
        var (prefix, now) = (CosmosProfileId.PrefixOf(attributeKey), time.GetUtcNow());
        var page = await _container.ReadPageAsync(null, null, continuation, limit, cancellationToken);
        var found = new List<(ProfileKey, StoredProfile)>();
        foreach (var json in page.Documents)
        {
            var id = json.GetProperty("id").GetString()!;
            if (!id.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var document = CosmosProfileDocument.Read(JsonSerializer.SerializeToUtf8Bytes(json));
            if (document.IsExpired(now))
                continue;
            var identifier = CosmosProfileId.IdentifierOf(prefix, id, document.HashedIdentifier);
            found.Add((new ProfileKey(attributeKey, identifier), new StoredProfile(document.State, json.GetProperty("_etag").GetString()!)));
        }
        return new ProfilePage(found, page.Continuation);
    }

    // The token of the loop is not used: it would cut off requests that are under way when another one fails.
    private static ParallelOptions Together(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };

    /// <summary>Cosmos DB takes no ETag for no condition, and its own are quoted; any other text can only be that of another store.</summary>
    private static bool CanFit(string etag) => etag.Length > 2 && etag[0] == '"' && etag[^1] == '"';

    /// <summary>
    /// Writes one profile. An answer can get lost after the write was done, and the SDK may then have tried again and been refused by its own
    /// first attempt: the mark in the document tells who has written it. (The bytes of the state would not: two writers can make the same.)
    /// </summary>
    private async Task<string?> WriteAsync(ProfileWrite write, CancellationToken cancellationToken)
    {
        if (write.ETag is { } etag && !CanFit(etag))
            return null;
        var (id, mark) = (CosmosProfileId.Of(write.Key), Guid.NewGuid());
        var item = CosmosProfileDocument.Write(id, write, mark, time.GetUtcNow());
        CosmosWritten written;
        try
        {
            written = write.ETag is null
                ? await _container.CreateAsync(id.Text, item, cancellationToken)
                : await _container.ReplaceAsync(id.Text, id.Text, item, write.ETag, cancellationToken);
        }
        catch (CosmosException error) when (error.StatusCode == HttpStatusCode.RequestEntityTooLarge)
        {
            throw new ProfileTooLargeException(write.Key, write.State.Length, error);
        }
        catch (StoreUnavailableException error) when (CosmosErrors.LeavesOutcomeOpen(error))
        {
            if (await ReadAsync(id.Text, cancellationToken) is { } found && found.Document.Mark == mark)
                return found.ETag;
            throw;
        }
        return written.Outcome switch
        {
            CosmosOutcome.Done => written.ETag,
            CosmosOutcome.Missing => null,
            _ => await WriteOverAsync(id, item, mark, write, cancellationToken),
        };
    }

    /// <summary>After a refusal: the write was done already, or what is in its place has expired, or the race is lost.</summary>
    private async Task<string?> WriteOverAsync(
        CosmosProfileId id, ReadOnlyMemory<byte> item, Guid mark, ProfileWrite write, CancellationToken cancellationToken)
    {
        if (await ReadAsync(id.Text, cancellationToken) is not { } found)
            return null;
        if (found.Document.Mark == mark)
            return found.ETag;
        return write.ETag is null && found.Document.IsExpired(time.GetUtcNow())
            ? (await _container.ReplaceAsync(id.Text, id.Text, item, found.ETag, cancellationToken)).ETag
            : null;
    }

    private async Task<(CosmosProfileDocument Document, string ETag)?> ReadAsync(string id, CancellationToken cancellationToken) =>
        await _container.ReadAsync(id, id, cancellationToken) is { } item ? (CosmosProfileDocument.Read(item.Json.Span), item.ETag) : null;
}
