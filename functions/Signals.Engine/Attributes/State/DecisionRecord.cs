namespace Signals.Engine.Attributes;

/// <summary>
/// What was decided in one log partition about events that were looked at in several profiles at once. When a process ends while profiles
/// are written each by itself, some show the state after an event and others that before it; nothing can be decided from such a mixture
/// again. So the decisions are on record before the first of the profiles is written, and a repetition takes them from there.
/// </summary>
/// <param name="Last">
/// No event up to this sequence number is decided again: whatever is not among the messages was decided to be nothing, or was
/// finished before.
/// </param>
/// <param name="Messages">The messages that were decided, without those of batches that were finished when it was written.</param>
/// <param name="ETag">ETag of the stored record; null when there is none.</param>
internal sealed record DecisionRecord(long Last, IReadOnlyList<PendingMessage> Messages, string? ETag)
{
    private const byte CurrentVersion = 1;

    /// <summary>Nothing has been decided yet.</summary>
    public static DecisionRecord None { get; } = new(long.MinValue, [], null);

    /// <summary>The binary form; its first byte says the version.</summary>
    public byte[] Encode()
    {
        var writer = new StateWriter();
        writer.Byte(CurrentVersion);
        writer.Signed(Last);
        var pending = new PendingMessages();
        foreach (var message in Messages)
            pending.Add(message);
        pending.Write(writer);
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a version newer than this program.</exception>
    public static DecisionRecord Decode(ReadOnlyMemory<byte> bytes, string etag)
    {
        var reader = new StateReader(bytes.Span);
        var version = reader.Byte();
        if (version != CurrentVersion)
            throw new InvalidDataException($"Decision record has version {version}; this program reads up to version {CurrentVersion}.");
        var last = reader.Signed();
        var pending = new PendingMessages();
        pending.ReadFrom(ref reader);
        reader.ExpectEnd();
        return new DecisionRecord(last, pending.Messages, etag);
    }
}
