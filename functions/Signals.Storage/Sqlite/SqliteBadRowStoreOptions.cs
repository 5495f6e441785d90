namespace Signals.Storage.Sqlite;

/// <summary>How many bad rows are kept. Older ones go; the counts stay.</summary>
public sealed record SqliteBadRowStoreOptions
{
    /// <summary>Rows kept at most. Default 1,000,000.</summary>
    public long MaxRows { get; init; } = 1_000_000;

    /// <summary>Bytes of bad rows kept at most. Default 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;
}
