using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Takes what identity resolution makes of a batch, record by record, in order.</summary>
public interface IResolvedEvents
{
    /// <summary>Takes one record.</summary>
    /// <param name="kind">What the payload is.</param>
    /// <param name="payload">The bytes; valid during the call.</param>
    /// <param name="person">Whose it is, where that is known: what should stay in order; none otherwise.</param>
    void Add(LogRecordKind kind, ReadOnlySpan<byte> payload, SnowplowId person);
}

/// <summary>The way of merge events into the stream of resolved events, for merges that no event in the stream has caused just now.</summary>
public interface IMergeEventSink
{
    /// <summary>Puts merge events into the stream; durable when it returns. What is put there twice counts once.</summary>
    ValueTask AppendAsync(IReadOnlyList<MergeEvent> merges, CancellationToken cancellationToken);
}
