using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>A message that waits in a profile until it has been handed out.</summary>
/// <param name="Cause">Log position of the event that caused it.</param>
/// <param name="Rank">Its place among the messages of that event, from 0.</param>
/// <param name="At">When it was made.</param>
/// <param name="Bytes">The message.</param>
internal readonly record struct PendingMessage(LogPosition Cause, int Rank, EventTime At, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// The messages that wait in a profile. They leave it with a later write, once it is certain that they were handed out: when
/// the batch that caused them is known to be finished.
/// </summary>
internal sealed class PendingMessages
{
    /// <summary>
    /// After this a message from another partition is not handed out again: its batch has long been repeated, and those who
    /// remember what they have handed out may have forgotten.
    /// </summary>
    private const long RepeatForMicroseconds = 3_600_000_000;

    private readonly List<PendingMessage> _messages = [];

    public IReadOnlyList<PendingMessage> Messages => _messages;

    public void Add(in PendingMessage message) => _messages.Add(message);

    /// <summary>Drops what was certainly handed out before a batch that begins at a position.</summary>
    public void DropPublished(LogPosition batchStart, EventTime now) => _messages.RemoveAll(message =>
        message.Cause.Partition == batchStart.Partition
            ? message.Cause.Sequence < batchStart.Sequence
            : now.UnixMicroseconds - message.At.UnixMicroseconds > RepeatForMicroseconds);

    public void Write(StateWriter writer)
    {
        writer.Count(_messages.Count);
        foreach (var message in _messages)
        {
            writer.Count(message.Cause.Partition);
            writer.Signed(message.Cause.Sequence);
            writer.Count(message.Rank);
            writer.Time(message.At);
            writer.Bytes(message.Bytes.Span);
        }
    }

    public void ReadFrom(ref StateReader reader)
    {
        for (var count = reader.Count(); count > 0; count--)
            _messages.Add(new PendingMessage(new LogPosition((int)reader.Unsigned(), reader.Signed()), (int)reader.Unsigned(), reader.Time(), reader.Bytes().ToArray()));
    }
}
