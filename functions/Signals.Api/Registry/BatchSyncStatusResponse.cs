using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>How far past values of a group have been loaded (spec signals-api 15.5).</summary>
internal sealed record BatchSyncStatusResponse
{
    public required string Status { get; init; }

    public DateTimeOffset? StreamingSince { get; init; }

    public DateTimeOffset? LastSyncedAt { get; init; }

    public DateTimeOffset? SyncStartedAt { get; init; }

    public DateTimeOffset? DataFreshThrough { get; init; }

    public string? SourceTable { get; init; }

    public long? RecordsSynced { get; init; }

    public SyncProgress? SyncProgress { get; init; }

    public IReadOnlyList<SyncError> Errors { get; init; } = [];

    /// <summary>
    /// Nothing reads the warehouse here: a group that wants past values stays <c>running</c> with no progress, one that wants
    /// none has all it expects.
    /// </summary>
    public static BatchSyncStatusResponse Of(AttributeGroupDefinition group)
    {
        if (group.Offline is true)
        {
            var source = group.BatchSource;
            return new() { Status = "running", SourceTable = source is null ? null : $"{source.Database}.{source.Schema}.{source.Table}" };
        }
        return new()
        {
            Status = group.BackfillSinceTstamp is null ? "completed" : "running",
            StreamingSince = group.PublishedAt,
            SyncProgress = group is { BackfillSinceTstamp: { } since, PublishedAt: { } published } && since < published
                ? new SyncProgress((int)Math.Ceiling((published - since).TotalDays), 0, 0)
                : null,
        };
    }
}

/// <summary>Progress in whole days; what is left is the total without the other two.</summary>
internal sealed record SyncProgress(int DaysTotal, int DaysSynced, int DaysFailed);

/// <summary>An interval that could not be loaded.</summary>
internal sealed record SyncError(DateTimeOffset IntervalStart, DateTimeOffset IntervalEnd, string Message);
