using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Functions.EventHubs;

/// <summary>
/// Sends events into a hub by lanes, one for each partition: in order within a lane, the lanes at the same time. A request stays below what
/// the service takes.
/// </summary>
/// <param name="producer">Sends to the hub.</param>
/// <param name="partitions">Number of partitions of the hub.</param>
/// <param name="time">Clock, for bad rows.</param>
internal sealed class HubLanes(HubProducer producer, int partitions, TimeProvider time)
{
    private readonly List<HubEvent>?[] _lanes = new List<HubEvent>?[partitions];

    /// <summary>Adds what belongs to a person: all of it goes into one lane.</summary>
    public void Add(SnowplowId person, in HubEvent next) => Add((int)((person.High ^ person.Low) % (ulong)partitions), next);

    /// <summary>Adds to a lane.</summary>
    public void Add(int partition, in HubEvent next) => (_lanes[partition] ??= []).Add(next);

    /// <summary>Sends everything; returns once it is durable. After a failure any part may be there.</summary>
    /// <exception cref="StoreUnavailableException">The hub does not answer, throttles, or refuses the identity of this process.</exception>
    public Task SendAsync(CancellationToken cancellationToken) => Task.WhenAll(
        _lanes.Select((events, partition) => events is null ? Task.CompletedTask : producer.SendAsync(partition, events, TooLarge, cancellationToken)));

    /// <summary>The bad row that takes the place of an event that no request has room for.</summary>
    private HubEvent TooLarge(HubEvent next) => new(
        BadRow.SizeViolation(HubRequest.MaxBytes, next.Body.Length, "an event as the body of a request to Event Hubs", next.Body.Span, time.GetUtcNow()),
        HubProperties.OfBadRow);
}
