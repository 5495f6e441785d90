using System.IO.Compression;
using System.Text.Json;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Definitions in Cosmos DB, in one logical partition. They are small, read whole and seldom changed, so a revision is a snapshot of all of
/// them: compressed documents that never change (usually one), and the revision document that names them. One transactional batch replaces the
/// revision document under its ETag, adds the new snapshot and drops the old one. So any number of changes is atomic (a batch takes 100
/// operations), a reader of one revision cannot see half of another, and finding out that nothing has changed is one point read.
/// </summary>
/// <param name="account">The account.</param>
public sealed class CosmosDefinitionStore(CosmosAccount account) : IDefinitionStore
{
    private const string Partition = "definitions";
    private const string RevisionId = "revision";

    /// <summary>Bytes of a part before base64: a third more stays below the 2 MB of a document and of a batch.</summary>
    private const int PartBytes = 1 << 20;

    /// <summary>Parts of a snapshot: their removal has to fit into one batch.</summary>
    private const int MaxParts = 90;

    /// <summary>Attempts to read a snapshot that is replaced meanwhile.</summary>
    private const int MaxAttempts = 10;

    private readonly CosmosContainer _container = account.Container(CosmosContainers.Definitions);

    /// <inheritdoc />
    public async ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken) =>
        (await ReadRevisionDocumentAsync(cancellationToken))?.Revision ?? 0;

    /// <inheritdoc />
    public async ValueTask<StoredDefinitions> LoadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await ReadRevisionDocumentAsync(cancellationToken) is not { } current)
                return new StoredDefinitions(0, []);
            if (await ReadSnapshotAsync(current, cancellationToken) is { } definitions)
                return new StoredDefinitions(current.Revision, definitions);
        }
        throw new StoreUnavailableException(
            $"Cosmos DB container {_container.Name}", null, new InvalidDataException("the definitions were replaced again and again while they were read"));
    }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The definitions are too large together.</exception>
    public async ValueTask<bool> TryWriteAsync(long expectedRevision, IReadOnlyList<StoredDefinition> changes, CancellationToken cancellationToken)
    {
        var current = await ReadRevisionDocumentAsync(cancellationToken);
        if ((current?.Revision ?? 0) != expectedRevision)
            return false;
        IReadOnlyList<StoredDefinition>? definitions = [];
        if (current is not null && (definitions = await ReadSnapshotAsync(current, cancellationToken)) is null)
            return false;

        var snapshot = Guid.NewGuid();
        var parts = PartsOf(Apply(definitions, changes));
        // Parts beyond the first may not fit into the batch. Nobody sees them until the revision document names them.
        for (var i = 1; i < parts.Count; i++)
            await _container.CreateAsync(Partition, ToItem(snapshot, i, parts[i]), cancellationToken);
        try
        {
            if (await TryReplaceAsync(current, new RevisionDocument(expectedRevision + 1, snapshot, parts.Count, null), parts[0], cancellationToken))
                return true;
        }
        catch (StoreUnavailableException error) when (CosmosErrors.LeavesOutcomeOpen(error))
        {
            if ((await ReadRevisionDocumentAsync(cancellationToken))?.Snapshot == snapshot)
                return true;
            throw;
        }
        // Refused: by somebody who was faster, or by an own first attempt whose answer got lost.
        if ((await ReadRevisionDocumentAsync(cancellationToken))?.Snapshot == snapshot)
            return true;
        for (var i = 1; i < parts.Count; i++)
            await _container.DeleteAsync(PartId(snapshot, i), Partition, null, cancellationToken);
        return false;
    }

    private static IEnumerable<StoredDefinition> Apply(IReadOnlyList<StoredDefinition> definitions, IReadOnlyList<StoredDefinition> changes)
    {
        var all = definitions.ToDictionary(definition => (definition.Kind, definition.Name, definition.Version));
        foreach (var change in changes)
        {
            if (change.Json is null)
                all.Remove((change.Kind, change.Name, change.Version));
            else
                all[(change.Kind, change.Name, change.Version)] = change;
        }
        return all.Values;
    }

    private static List<ReadOnlyMemory<byte>> PartsOf(IEnumerable<StoredDefinition> definitions)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            JsonSerializer.Serialize(gzip, definitions);
        var bytes = compressed.ToArray();
        var parts = bytes.Chunk(PartBytes).Select(part => (ReadOnlyMemory<byte>)part).ToList();
        return parts.Count <= MaxParts
            ? parts
            : throw new InvalidOperationException($"The definitions are {bytes.Length:N0} bytes, compressed; at most {(long)PartBytes * MaxParts:N0} can be stored.");
    }

    private static string PartId(Guid snapshot, int part) => $"{snapshot:N}-{part}";

    private static ReadOnlyMemory<byte> ToItem(Guid snapshot, int part, ReadOnlyMemory<byte> content) =>
        CosmosItem.Write(PartId(snapshot, part), Partition, content, static (json, content) => json.WriteBase64String("content", content.Span));

    private async Task<bool> TryReplaceAsync(
        RevisionDocument? current, RevisionDocument next, ReadOnlyMemory<byte> firstPart, CancellationToken cancellationToken)
    {
        var batched = await _container.BatchAsync(Partition, batch =>
        {
            if (current is null)
                batch.CreateItemStream(CosmosItem.ToStream(next.ToItem()), CosmosContainer.InBatch());
            else
                batch.ReplaceItemStream(RevisionId, CosmosItem.ToStream(next.ToItem()), CosmosContainer.InBatch(current.ETag));
            batch.CreateItemStream(CosmosItem.ToStream(ToItem(next.Snapshot, 0, firstPart)), CosmosContainer.InBatch());
            for (var i = 0; i < (current?.Parts ?? 0); i++)
                batch.DeleteItem(PartId(current!.Snapshot, i));
        }, cancellationToken);
        return batched.Outcome == CosmosOutcome.Done;
    }

    /// <summary>The definitions of a revision; null when it has been replaced meanwhile.</summary>
    private async Task<IReadOnlyList<StoredDefinition>?> ReadSnapshotAsync(RevisionDocument revision, CancellationToken cancellationToken)
    {
        using var compressed = new MemoryStream();
        for (var i = 0; i < revision.Parts; i++)
        {
            if (await _container.ReadAsync(PartId(revision.Snapshot, i), Partition, cancellationToken) is not { } part)
                return null;
            compressed.Write(part.Parse().GetProperty("content").GetBytesFromBase64());
        }
        compressed.Position = 0;
        await using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
        return await JsonSerializer.DeserializeAsync<List<StoredDefinition>>(gzip, cancellationToken: cancellationToken);
    }

    private async Task<RevisionDocument?> ReadRevisionDocumentAsync(CancellationToken cancellationToken)
    {
        if (await _container.ReadAsync(RevisionId, Partition, cancellationToken) is not { } item)
            return null;
        var json = item.Parse();
        return new RevisionDocument(
            json.GetProperty("revision").GetInt64(), json.GetProperty("snapshot").GetGuid(), json.GetProperty("parts").GetInt32(), item.ETag);
    }

    private sealed record RevisionDocument(long Revision, Guid Snapshot, int Parts, string? ETag)
    {
        public ReadOnlyMemory<byte> ToItem() => CosmosItem.Write(RevisionId, Partition, this, static (json, revision) =>
        {
            json.WriteNumber("revision", revision.Revision);
            json.WriteString("snapshot", revision.Snapshot);
            json.WriteNumber("parts", revision.Parts);
        });
    }
}
