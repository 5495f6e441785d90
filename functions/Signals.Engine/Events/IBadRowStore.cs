namespace Signals.Engine.Events;

/// <summary>A bad row as it is kept.</summary>
/// <param name="Position">Position in the event log of the record it stands for; the key: writing it again changes nothing.</param>
/// <param name="Schema">Iglu URI of its kind, for instance <c>iglu:com.snowplowanalytics.snowplow.badrows/loader_parsing_error/jsonschema/2-0-0</c>.</param>
/// <param name="Json">The whole bad row: a self-describing JSON in UTF-8.</param>
/// <param name="RecordedAt">When it was recorded, UTC.</param>
public readonly record struct StoredBadRow(LogPosition Position, string Schema, ReadOnlyMemory<byte> Json, DateTimeOffset RecordedAt)
{
    /// <summary>What bad rows are counted and listed by: the name in <c>iglu:vendor/name/format/version</c>; the whole text when it is none.</summary>
    public string Kind => Schema.Split('/') is [_, var name, _, _] ? name : Schema;
}

/// <summary>Where bad rows are kept. Nothing that came in is lost without one.</summary>
public interface IBadRowStore
{
    /// <summary>Keeps bad rows, once per position.</summary>
    ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken);

    /// <summary>The newest bad rows, newest first.</summary>
    /// <param name="limit">At most this many, 1 to 1000.</param>
    /// <param name="before">Only rows that come before this one in the order (for paging); null for the newest.</param>
    /// <param name="schemaName">Only rows of this kind (the name in the Iglu URI, such as <c>loader_parsing_error</c>); null for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken);

    /// <summary>Number of bad rows by kind (name in the Iglu URI).</summary>
    ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken);
}
