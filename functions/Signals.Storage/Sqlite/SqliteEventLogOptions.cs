namespace Signals.Storage.Sqlite;

/// <summary>How much of the finished part of the event log is kept.</summary>
public sealed record SqliteEventLogOptions
{
    /// <summary>Finished chunks go, oldest first, while the log is larger than this, in bytes. Default 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Finished chunks go when they are older than this. Default 7 days.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);
}
