using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What a round of the engine collects. Used again by later rounds, so that an event which matches nothing allocates nothing.</summary>
/// <param name="plan">The plan that it is read under.</param>
/// <param name="start">Position of the first record.</param>
internal sealed class RoundBuffers(StreamPlan plan, LogPosition start)
{
    public StreamPlan Plan => plan;

    public BatchReader Reader { get; } = new();

    public EventBatch Batch { get; } = new(start);

    public List<StoredBadRow> BadRows { get; } = [];

    public List<EventTimes> Times { get; } = [];

    /// <summary>Empties it for another round.</summary>
    public void Restart(LogPosition at)
    {
        Batch.Restart(at);
        BadRows.Clear();
        Times.Clear();
    }
}
