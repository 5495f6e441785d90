using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The identity graph in Cosmos DB: a container per kind of item, each item in a logical partition of its own, written under the ETag that
/// was read. Nothing is written together, so that resolution takes the steps of spec identities, 11.5.
/// </summary>
/// <remarks>
/// <para>
/// Reads have to show what any process has written, a tombstone above all: whoever misses one gives an erased id away again. They use the
/// consistency of the account, which no request can make stronger, and <c>infra/</c> sets bounded staleness: within the region of
/// writing, such a read asks a quorum of replicas and finds the newest version. Session consistency would not do, since a session is that of
/// one process. On an account that has it all the same, ETags still keep links and merges from being lost; an event may start over more often.
/// </para>
/// <para>Reads are point reads side by side, for the reasons that <see cref="CosmosProfileStore"/> gives.</para>
/// </remarks>
/// <param name="account">The account.</param>
/// <param name="time">Clock for the age of counts.</param>
public sealed partial class CosmosIdentityStore(CosmosAccount account, TimeProvider time) : IIdentityStore
{
    /// <summary>Requests of one call at a time.</summary>
    private const int Concurrency = 64;

    private readonly CosmosContainer _identifiers = account.Container(CosmosContainers.Identifiers);
    private readonly CosmosContainer _profiles = account.Container(CosmosContainers.IdentityProfiles);
    private readonly CosmosContainer _tombstones = account.Container(CosmosContainers.IdentityTombstones);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
    {
        var found = new StoredItem?[keys.Count];
        var together = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        // The token of the loop is not used: it would cut off requests that are under way when another one fails.
        await Parallel.ForAsync(0, found.Length, together, async (i, _) => found[i] = (await ReadAsync(keys[i], cancellationToken))?.Stored);
        return found;
    }

    /// <inheritdoc />
    /// <remarks>
    /// An answer can get lost after the write was done, and the SDK may then have tried again and been refused by its own first attempt: the
    /// mark in the document tells who has written it. (The bytes of the item would not: two writers can make the same.)
    /// </remarks>
    public async ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken)
    {
        if (change.Expected is { ETag: null })
            return null;
        var mark = Guid.NewGuid();
        CosmosWritten written;
        try
        {
            written = await WriteAsync(change, mark, cancellationToken);
        }
        catch (StoreUnavailableException error) when (CosmosErrors.LeavesOutcomeOpen(error))
        {
            var there = await ReadAsync(change.Key, cancellationToken);
            if (change.Item is null && there is null)
                return default(ItemVersion);
            if (there?.Mark == mark)
                return there.Value.Stored.Version;
            throw;
        }
        return written.Outcome switch
        {
            CosmosOutcome.Done => new ItemVersion(0, written.ETag),
            CosmosOutcome.Missing => null,
            _ => await ReadAsync(change.Key, cancellationToken) is { } there && there.Mark == mark ? there.Stored.Version : null,
        };
    }

    private CosmosContainer ContainerOf(IdentityItemKind kind) => kind switch
    {
        IdentityItemKind.Identifier => _identifiers,
        IdentityItemKind.Profile => _profiles,
        _ => _tombstones,
    };

    private Task<CosmosWritten> WriteAsync(in ItemChange change, Guid mark, CancellationToken cancellationToken)
    {
        var (container, id) = (ContainerOf(change.Key.Kind), CosmosIdentityDocument.IdOf(change.Key));
        if (change.Item is not { } item)
            return container.DeleteAsync(id, id, change.Expected!.Value.ETag, cancellationToken);
        var document = CosmosIdentityDocument.Write(item, mark);
        return change.Expected is { } expected
            ? container.ReplaceAsync(id, id, document, expected.ETag, cancellationToken)
            : container.CreateAsync(id, document, cancellationToken);
    }

    private async Task<(StoredItem Stored, Guid Mark)?> ReadAsync(IdentityItemKey key, CancellationToken cancellationToken)
    {
        var id = CosmosIdentityDocument.IdOf(key);
        if (await ContainerOf(key.Kind).ReadAsync(id, id, cancellationToken) is not { } found)
            return null;
        var document = CosmosIdentityDocument.Read(key, found.Json.Span);
        return (new StoredItem(document.Item, new ItemVersion(0, found.ETag)), document.Mark);
    }
}
