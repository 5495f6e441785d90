namespace Signals.Functions.Local.Replay;

/// <summary>How far a replay has come. Written by the replay, read by the display.</summary>
internal sealed class ReplayProgress
{
    private long _bytesRead;
    private long _accepted;
    private long _bad;
    private long _waiting;

    /// <summary>Size of all files as they lie on disk, in bytes; null when it is not known.</summary>
    public long? TotalBytes { get; set; }

    /// <summary>Bytes of the files that were read so far.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Events that are durable in the log.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Lines that became bad rows.</summary>
    public long Bad => Interlocked.Read(ref _bad);

    /// <summary>Records in the log that have not reached the profiles yet, when this process knows it.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    public void Add(long accepted, long bad)
    {
        Interlocked.Add(ref _accepted, accepted);
        Interlocked.Add(ref _bad, bad);
    }

    public void SetWaiting(long records) => Interlocked.Exchange(ref _waiting, records);
}
