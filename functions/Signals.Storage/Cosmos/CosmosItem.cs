using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signals.Storage.Cosmos;

/// <summary>An item as it was read.</summary>
/// <param name="Json">The whole document in UTF-8.</param>
/// <param name="ETag">Its ETag.</param>
internal readonly record struct CosmosItem(ReadOnlyMemory<byte> Json, string ETag)
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document with its id and partition key; the caller writes the other members.</summary>
    public static ReadOnlyMemory<byte> Write<T>(string id, string partitionKey, T content, Action<Utf8JsonWriter, T> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("pk", partitionKey);
            writeMembers(json, content);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>A <c>ttl</c>: whole seconds, at least 1, from the write on; rounded up, so that nothing goes too early.</summary>
    public static int TimeToLive(TimeSpan lifetime) => (int)Math.Clamp(Math.Ceiling(lifetime.TotalSeconds), 1, int.MaxValue);

    /// <summary>A document as the SDK takes it.</summary>
    public static MemoryStream ToStream(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false, publiclyVisible: true)
            : new MemoryStream(document.ToArray(), writable: false);

    /// <summary>The document as a tree, for what is not on a hot path.</summary>
    public JsonElement Parse()
    {
        var reader = new Utf8JsonReader(Json.Span);
        return JsonElement.ParseValue(ref reader);
    }
}

/// <summary>A page of a query or feed.</summary>
/// <param name="Documents">The documents.</param>
/// <param name="Continuation">How to go on; null at the end.</param>
internal readonly record struct CosmosPage(IReadOnlyList<JsonElement> Documents, string? Continuation);

/// <summary>What became of a write.</summary>
internal enum CosmosOutcome
{
    /// <summary>It is durable.</summary>
    Done,

    /// <summary>There is no item to replace or delete.</summary>
    Missing,

    /// <summary>There is already an item of this id.</summary>
    Exists,

    /// <summary>The item has changed since the given ETag.</summary>
    Changed,
}

/// <summary>Answer to a write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="ETag">New ETag; null when nothing was written, or deleted.</param>
internal readonly record struct CosmosWritten(CosmosOutcome Outcome, string? ETag)
{
    /// <summary>Whether it is durable.</summary>
    public bool IsDone => Outcome == CosmosOutcome.Done;
}

/// <summary>Answer to a transactional batch.</summary>
/// <param name="Outcome">What became of it; when not done, that of the first operation that failed.</param>
/// <param name="Failed">Which operation that was; -1 when none failed.</param>
internal readonly record struct CosmosBatched(CosmosOutcome Outcome, int Failed)
{
    /// <summary>New ETag of what the first operation wrote; null when nothing was written, or deleted.</summary>
    public string? FirstETag { get; init; }
}
