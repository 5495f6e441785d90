namespace Signals.Api.Interventions;

/// <summary>A message on its way to a subscription.</summary>
/// <param name="Sequence">Its place in the outbox.</param>
/// <param name="InterventionId">Its intervention.</param>
/// <param name="Bytes">Its frame, shared by all who get it.</param>
/// <param name="Watch">Follows it; null when nobody waits to hear.</param>
internal readonly record struct OfferedMessage(long Sequence, Guid InterventionId, ReadOnlyMemory<byte> Bytes, DeliveryWatch? Watch)
{
    /// <summary>The comment that keeps proxies from closing an idle stream.</summary>
    public static OfferedMessage KeepAlive { get; } = new(0, Guid.Empty, EventStreamFrame.KeepAlive, null);

    /// <summary>Whether it is the comment, not an intervention.</summary>
    public bool IsKeepAlive => Sequence == 0;
}
