namespace Signals.CosmosEmulator;

/// <summary>How an emulated account behaves.</summary>
public sealed record CosmosEmulatorOptions
{
    /// <summary>Physical partitions of every container, 1 to 64. Two by default, so that no test passes because everything is in one.</summary>
    public int RangesPerContainer { get; init; } = 2;

    /// <summary>The clock of <c>_ts</c>, of expiry and of provisioned throughput.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The account's consistency. Reads are only stale where <c>Fault.StaleRead</c> is
    /// ordered and the consistency allows it; strong and bounded staleness double the charge of a read.</summary>
    public string Consistency { get; init; } = "Session";

    /// <summary>When true, a range that used up its share of the container's throughput within a second answers 429.</summary>
    public bool EnforceThroughput { get; init; }

    /// <summary>Bytes of items that an account holds before it refuses writes with 403, as the service does at its storage quota. 2 GB by default.</summary>
    public long MaximumBytes { get; init; } = 2L << 30;
}
