namespace Signals.CosmosEmulator.Faults;

internal enum FaultReplyKind
{
    Status,
    Silence,
    ConnectionReset,
}

/// <summary>What the caller gets in place of the true answer.</summary>
internal sealed record FaultReply(FaultReplyKind Kind, int Status = 0, int SubStatus = 0, TimeSpan RetryAfter = default);

/// <summary>Something that goes wrong with a request.</summary>
public sealed record Fault
{
    private const int UserRequestThrottled = 3200;

    private Fault(string name)
    {
        Name = name;
    }

    public string Name { get; private init; }
    internal FaultReply? Reply { get; private init; }

    /// <summary>Whether the request is carried out, whatever is answered.</summary>
    internal bool Runs { get; private init; }
    internal bool LosesRace { get; private init; }
    internal bool ReadsStale { get; private init; }
    internal Func<CosmosCall, CancellationToken, Task>? Before { get; private init; }

    /// <summary>429 without being carried out.</summary>
    public static Fault TooManyRequests(TimeSpan retryAfter) => new(nameof(TooManyRequests))
    {
        Reply = new FaultReply(FaultReplyKind.Status, 429, UserRequestThrottled, retryAfter),
    };

    /// <summary>Any status without being carried out: 503, 408, 449, 410, ...</summary>
    public static Fault Status(int status, int subStatus = 0) => new(nameof(Status)) { Reply = new FaultReply(FaultReplyKind.Status, status, subStatus) };

    /// <summary>Not carried out, and no answer until the caller gives up.</summary>
    public static Fault Silence { get; } = new(nameof(Silence)) { Reply = new FaultReply(FaultReplyKind.Silence) };

    /// <summary>Not carried out; the connection breaks.</summary>
    public static Fault ConnectionReset { get; } = new(nameof(ConnectionReset)) { Reply = new FaultReply(FaultReplyKind.ConnectionReset) };

    /// <summary>Carried out, but the connection breaks before the answer.</summary>
    public static Fault ReplyLost { get; } = new(nameof(ReplyLost)) { Runs = true, Reply = new FaultReply(FaultReplyKind.ConnectionReset) };

    /// <summary>Carried out, but the answer never comes.</summary>
    public static Fault ReplySilent { get; } = new(nameof(ReplySilent)) { Runs = true, Reply = new FaultReply(FaultReplyKind.Silence) };

    /// <summary>Carried out, but the answer is an error such as 408 or 503.</summary>
    public static Fault ReplyReplaced(int status, int subStatus = 0) => new(nameof(ReplyReplaced))
    {
        Runs = true,
        Reply = new FaultReply(FaultReplyKind.Status, status, subStatus),
    };

    /// <summary>Someone else writes the same items just before: existing ones get a new ETag, one to be created exists already.</summary>
    public static Fault RaceLost { get; } = new(nameof(RaceLost)) { Runs = true, LosesRace = true };

    /// <summary>
    /// A replica that lags answers a point read: with the version before the last write, or 404 if there was none. Where the consistency
    /// of the request or the session of the client forbids that, the read is a true one.
    /// </summary>
    public static Fault StaleRead { get; } = new(nameof(StaleRead)) { Runs = true, ReadsStale = true };

    /// <summary>Something happens just before: another writer's work, a delay, a signal to the test.</summary>
    public static Fault Meanwhile(Func<CosmosCall, CancellationToken, Task> action) => new(nameof(Meanwhile)) { Runs = true, Before = action };
}
