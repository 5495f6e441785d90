using Signals.Engine.Events;

namespace Signals.Api.Ingest;

/// <summary>The event log did not take what came in; the sender has to try again. Answered with 503.</summary>
internal sealed class LogUnavailableException(Exception cause) : Exception("The event log did not take the events.", cause);

/// <summary>Appends to the event log on behalf of senders that wait for the answer.</summary>
internal static class DurableLog
{
    /// <summary>
    /// Appends and returns once the records are durable. It is not cancelled when the sender leaves: the log may still be reading the
    /// chunk, whose buffer is about to be used again.
    /// </summary>
    /// <exception cref="LogUnavailableException">Nothing of the chunk is promised to be stored.</exception>
    public static async Task AppendDurablyAsync(this IEventSink sink, LogChunk chunk)
    {
        if (chunk.Count == 0)
            return;
        try
        {
            await sink.AppendAsync(chunk, CancellationToken.None);
        }
        catch (Exception cause)
        {
            throw new LogUnavailableException(cause);
        }
    }
}
